"""`serve` as the user starts it: a real server, a real worker, real signals."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from io import StringIO

import pytest
from django.core.management import call_command

from keytally.core.models import User
from keytally.core.roles import Role
from keytally.site import serving
from keytally.site.management.commands import seed_demo
from keytally.site.tests.template import kept_sqlite


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def answer(port, path="/health/"):
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=2) as response:
            return response.status, dict(response.headers), response.read().decode()
    except (urllib.error.URLError, OSError):
        return None


def wait_for(condition, seconds=40):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if found := condition():
            return found
        time.sleep(0.1)
    pytest.fail("it did not come to it in time")


def children_of(pid):
    with open(f"/proc/{pid}/task/{pid}/children") as file:
        return [int(child) for child in file.read().split()]


def is_worker(pid):
    with open(f"/proc/{pid}/cmdline") as file:
        return "\0work\0" in file.read()


@pytest.fixture
def served(tmp_path):
    environment = {key: value for key, value in os.environ.items() if key != "DATABASE_URL"}
    environment |= {"KEYTALLY_VAR": str(tmp_path)}
    run = [sys.executable, "-W", "ignore", "-m", "keytally.site"]
    migrated = kept_sqlite()
    if migrated:
        shutil.copyfile(migrated, tmp_path / "keytally.sqlite3")
    subprocess.run([*run, "migrate", "-v0"], env=environment, check=True)
    port = free_port()
    with (tmp_path / "log").open("w") as log:
        process = subprocess.Popen([*run, "serve", f"--port={port}"], env=environment, stdout=log, stderr=log)
    try:
        wait_for(lambda: answer(port))
        yield process, port
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait(20)


@pytest.mark.slow
def test_it_serves_compressed_named_files_starts_a_dead_worker_again_and_ends_whole(served):
    process, port = served
    _status, _headers, page = answer(port, "/log-in/")
    sheet = page.split('rel="stylesheet" href="')[1].split('"')[0]
    assert sheet.count(".") == 2, "named by its content"
    status, headers, _body = answer(port, sheet)
    assert status == 200
    assert "immutable" in headers["cache-control"]

    worker = next(pid for pid in wait_for(lambda: children_of(process.pid)) if is_worker(pid))
    os.kill(worker, signal.SIGKILL)
    wait_for(lambda: any(is_worker(pid) for pid in children_of(process.pid) if pid != worker))

    family = children_of(process.pid)
    process.send_signal(signal.SIGTERM)
    assert process.wait(20) == 0
    assert answer(port) is None
    assert not [pid for pid in family if os.path.exists(f"/proc/{pid}")]


def test_it_prepares_only_what_changed(tmp_path):
    assert not serving.is_prepared(tmp_path)
    (tmp_path / "static").mkdir()
    (tmp_path / "static" / ".prepared").write_text(serving.fingerprint())
    assert serving.is_prepared(tmp_path)


def seed():
    said = StringIO()
    call_command("seed_demo", stdout=said)
    return said.getvalue()


@pytest.fixture
def no_pair(monkeypatch):
    monkeypatch.setattr(seed_demo.demo, "seed_all", lambda owner, now: [])


@pytest.mark.django_db
def test_the_demo_has_people_and_says_how_to_log_in(no_pair):
    said = seed()
    assert seed_demo.PASSWORD in said
    assert {person.username for person in User.objects.all()} == {figure.username for figure in seed_demo.CAST}
    assert User.objects.get(username="auditor").roles == (Role.AUDITOR,)
    assert User.objects.get(username="manager").check_password(seed_demo.PASSWORD)


@pytest.mark.django_db
def test_the_demo_is_laid_out_once(no_pair):
    seed()
    before = list(User.objects.values_list("pk", "password"))
    seed()
    assert list(User.objects.values_list("pk", "password")) == before


@pytest.mark.django_db
def test_the_demo_never_comes_among_other_people(no_pair):
    User.objects.create_user("someone", "x", name="Someone")
    assert "not laid out" in seed()
    assert User.objects.count() == 1


@pytest.mark.django_db
def test_the_demo_is_refused_where_others_can_reach_it(no_pair, settings):
    settings.IS_LOOPBACK = False
    with pytest.raises(seed_demo.CommandError):
        seed()
    assert not User.objects.exists()
