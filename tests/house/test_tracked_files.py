"""Does the repository name a machine, a host or a folder that only one of us has, or keep what can be made?"""

import re

from .sources import ROOT, place, text_of, tracked_files

# Hosts that are names of standards or nobody's, and this machine itself.
NAMED_BY_STANDARDS = {
    "www.w3.org",
    "www.apache.org",
    "schemas.openxmlformats.org",
    "schemas.microsoft.com",
    "purl.org",
    "json-schema.org",
}
# Systems whose protocol we speak; their addresses are part of it (src/keytally/identity).
SPOKEN_TO = {
    "login.dingtalk.com",
    "open.feishu.cn",
    "login.work.weixin.qq.com",
    "open.weixin.qq.com",
    "qyapi.weixin.qq.com",
}
NOBODY = re.compile(
    r"^(localhost|127\.\d+\.\d+\.\d+|0\.0\.0\.0|\[::1\]|testserver|(.*\.)?example(\.(com|org|net))?|.*\.(test|invalid|example))$"
)
ADDRESS = re.compile(r"[a-z][a-z+]*://(?:[^\s/@\"'`<>]*@)?([A-Za-z0-9][A-Za-z0-9\-]*(?:\.[A-Za-z0-9\-]+)+)")
BARE_HOST = re.compile(r"(?<![\w.@/-])((?:[a-z0-9-]+\.)+(?:org|com|net|io|cn|dev))(?![\w(.-])")
# Where a bare name with dots is code or a package, not a host.
CODE = {".json", ".py", ".js", ".mjs", ".ts", ".css", ".html", ".po"}
HOME_FOLDER = re.compile(r"(?<![\w.\-/])/(?:home|root|Users|work|mnt|opt)/[\w.]")
MADE = re.compile(r"(^|/)(node_modules|__pycache__|\.venv|\.tool|var|bundle)/|\.(mo|pyc|sqlite3)$")


# Search engines and mail providers that a person opens or writes to: data of the search builder, asked by nothing here.
OPENED_BY_PEOPLE = "src/keytally/prospecting/defaults/searches.toml"


def test_no_foreign_host_is_named() -> None:
    named = [
        f"{place(path, number)} {host}"
        for path in tracked_files()
        if place(path) != OPENED_BY_PEOPLE
        for number, line in enumerate(text_of(path).splitlines(), 1)
        for host in _hosts(line, is_code=path.suffix in CODE)
        if host not in NAMED_BY_STANDARDS | SPOKEN_TO and not NOBODY.match(host)
    ]
    assert named == []


def test_no_folder_of_one_machine_is_named() -> None:
    named = [
        place(path, number)
        for path in tracked_files()
        for number, line in enumerate(text_of(path).splitlines(), 1)
        if HOME_FOLDER.search(line)
    ]
    assert named == []


def test_nothing_that_can_be_made_is_kept() -> None:
    kept = [place(path) for path in tracked_files() if MADE.search(str(path.relative_to(ROOT)))]
    assert kept == []


def test_no_tracked_file_is_huge() -> None:
    assert [place(path) for path in tracked_files() if path.stat().st_size > 2_000_000] == []


def test_the_changelog_tells_something() -> None:
    lines = [line for line in text_of(ROOT / "CHANGELOG.md").splitlines() if line.startswith("- ")]
    assert len(lines) >= 5


def test_it_sees_a_host_and_a_home_folder() -> None:
    dot, slashes = ".", "//"
    assert list(_hosts(f"fetch https:{slashes}registry{dot}somewhere{dot}org/simple", is_code=True)) == [
        "registry.somewhere.org"
    ]
    assert list(_hosts(f"see files{dot}somewhere{dot}org for more", is_code=False)) == ["files.somewhere.org"]
    assert HOME_FOLDER.search("/".join(['open("', "home", "me", "file"]))
    assert NOBODY.match("127.0.0.1")


def _hosts(line: str, *, is_code: bool) -> list[str]:
    hosts = ADDRESS.findall(line)
    if not is_code:
        hosts += [host for host in BARE_HOST.findall(line) if host not in hosts]
    return hosts
