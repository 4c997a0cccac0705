"""Does every option do what the published page says, and is every refusal one sentence with exit 2?"""

import json
from pathlib import Path

import pytest

from .invariants import FILES, check_invariants
from .ledgers import Ledger, goods, write_csv, write_parquet, write_text
from .runs import Result, keytally, keytally_here, reconcile_files, refusal

OURS = [goods(f"D{at}", 4 + at, "2.50", item=f"A{at % 3}", store=f"S{at % 2}") for at in range(12)]
THEIRS = [*OURS[:4], goods("D4", 7, "2.50", item="A1", store="S0"), *OURS[5:]]


@pytest.fixture
def sides(tmp_path: Path) -> tuple[Ledger, Ledger]:
    return write_csv(tmp_path / "ours.csv", OURS), write_csv(tmp_path / "theirs.csv", THEIRS)


def run(folder: Path, ours: Ledger, theirs: Ledger, *options: object) -> Result:
    result = reconcile_files(ours.path, theirs.path, folder / "out", *options)
    return check_invariants(folder / "out", ours, theirs, exit=result.exit)


def test_json_prints_the_summary_and_nothing_else(tmp_path: Path, sides: tuple[Ledger, Ledger]) -> None:
    ours, theirs = sides
    ran = keytally("reconcile", ours.path, theirs.path, "--out", tmp_path / "out", "--json")
    assert json.loads(ran.stdout) == Result(tmp_path / "out", ran.exit).summary
    assert ran.stderr.strip()


def test_the_plain_run_prints_the_bridge_for_people(tmp_path: Path, sides: tuple[Ledger, Ledger]) -> None:
    ours, theirs = sides
    ran = keytally("reconcile", ours.path, theirs.path, "--out", tmp_path / "out")
    assert "SHORT" in ran.stdout
    assert "2.50" in ran.stdout
    assert "Traceback" not in ran.stderr


def test_out_defaults_to_a_folder_of_its_name_where_one_stands(tmp_path: Path, sides: tuple[Ledger, Ledger]) -> None:
    ours, theirs = sides
    ran = keytally("reconcile", ours.path, theirs.path, cwd=tmp_path)
    assert ran.exit == 0, ran.stderr
    assert {one.name for one in (tmp_path / "keytally-out").iterdir()} == FILES


def test_a_folder_with_other_things_in_it_is_refused(tmp_path: Path, sides: tuple[Ledger, Ledger]) -> None:
    ours, theirs = sides
    keep = write_text(tmp_path / "out" / "thesis.txt", "years of work")
    sentence = refusal(keytally("reconcile", ours.path, theirs.path, "--out", tmp_path / "out"))
    assert "out" in sentence
    assert [one.name for one in (tmp_path / "out").iterdir()] == [keep.name]


def test_its_own_folder_is_written_again(tmp_path: Path, sides: tuple[Ledger, Ledger]) -> None:
    ours, theirs = sides
    run(tmp_path, ours, theirs)
    run(tmp_path, ours, ours)
    assert run(tmp_path, ours, theirs).bars() == {"SHORT": 250}


def test_the_written_profile_runs_again_to_the_same_result(tmp_path: Path, sides: tuple[Ledger, Ledger]) -> None:
    ours, theirs = sides
    first = run(tmp_path / "a", ours, theirs)
    second = run(tmp_path / "b", ours, theirs, "--profile", tmp_path / "a" / "out" / "profile.toml")
    assert (first.links, first.residuals) == (second.links, second.residuals)
    assert (tmp_path / "a/out/profile.toml").read_text() == (tmp_path / "b/out/profile.toml").read_text()


def test_propose_writes_a_profile_and_explains_it(tmp_path: Path) -> None:
    heads = {
        "doc_no": "送货单号",
        "store": "门店编码",
        "item": "商品编码",
        "date": "日期",
        "quantity": "数量",
        "amount": "含税金额",
    }
    text = ",".join(heads.values()) + "\n" + "\n".join(",".join(one[name] for name in heads) for one in OURS) + "\n"
    ours = write_text(tmp_path / "ours.csv", text, encoding="gb18030")
    theirs = write_csv(tmp_path / "theirs.csv", OURS)
    ran = keytally("reconcile", "--propose", ours, theirs.path, "--out", tmp_path / "profiles")
    assert ran.exit == 0, ran.stderr
    assert "送货单号" in ran.stdout + ran.stderr
    profile = tmp_path / "profiles" / "profile.toml"
    said = profile.read_text(encoding="utf-8")
    assert "version = 1" in said and "送货单号" in said and "[ours" in said and "[theirs" in said
    ran = keytally("reconcile", ours, theirs.path, "--profile", profile, "--out", tmp_path / "out")
    assert ran.exit == 0, ran.stderr
    assert Result(tmp_path / "out", 0).classes("ours") == {"MATCHED": 12}


def test_small_memory_and_one_thread_change_nothing(tmp_path: Path, sides: tuple[Ledger, Ledger]) -> None:
    ours, theirs = sides
    plain = run(tmp_path / "a", ours, theirs)
    small = run(tmp_path / "b", ours, theirs, "--memory", "500MB", "--threads", "1")
    assert (plain.links, plain.residuals) == (small.links, small.residuals)


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_the_store_map_holds_from_its_first_to_its_last_day(tmp_path: Path, kind: str) -> None:
    days = ("2026-07-01", "2026-07-02", "2026-07-05", "2026-07-06")
    ours = [goods(f"D{at}", 3, "2.00", store="0012", date=day) for at, day in enumerate(days)]
    theirs = [{**one, "store": "NEW" if day in days[1:3] else "0012"} for one, day in zip(ours, days, strict=True)]
    rows = [{"ours": "0012", "theirs": "NEW", "from": "2026-07-02", "to": "2026-07-05"}]
    stores = tmp_path / f"stores.{kind}"
    (write_csv if kind == "csv" else write_parquet)(stores, rows, columns=["ours", "theirs", "from", "to"])
    left, right = write_csv(tmp_path / "ours.csv", ours), write_csv(tmp_path / "theirs.csv", theirs)
    assert run(tmp_path / "with", left, right, "--store-map", stores).classes("ours") == {"MATCHED": 4}
    assert run(tmp_path / "without", left, right).classes("ours") == {"MATCHED": 2, "WRONG_STORE": 2}


def test_a_store_map_without_dates_holds_always_and_its_codes_are_text(tmp_path: Path) -> None:
    ours = [goods(f"D{at}", 3 + at, "2.00", store=f"00{at}") for at in range(4)]
    theirs = [{**one, "store": f"9{at}"} for at, one in enumerate(ours)]
    theirs[3]["store"] = "003"
    stores = write_text(tmp_path / "stores.csv", "ours,theirs\n000,90\n001,91\n002,92\n3,77\n")
    left, right = write_csv(tmp_path / "ours.csv", ours), write_csv(tmp_path / "theirs.csv", theirs)
    assert run(tmp_path, left, right, "--store-map", stores).classes("ours") == {"MATCHED": 4}


def test_the_item_map_goes_by_our_code_or_the_gtin(tmp_path: Path) -> None:
    ours = [goods(f"D{at}", 3 + at, "2.00", item=f"A{at}", gtin="") for at in range(4)]
    theirs = [{**one, "item": f"T{at}"} for at, one in enumerate(ours)]
    theirs[2] = {**theirs[2], "item": "", "gtin": "6901234567892"}
    items = write_text(tmp_path / "items.csv", "ours,gtin,theirs\nA0,,T0\nA1,,T1\nA2,6901234567892,T2\nA3,,T9\n")
    left, right = write_csv(tmp_path / "ours.csv", ours), write_csv(tmp_path / "theirs.csv", theirs)
    result = run(tmp_path, left, right, "--item-map", items)
    assert result.classes("ours") == {"MATCHED": 3, "WRONG_ITEM": 1}


def test_the_window_bounds_what_is_paired_without_a_number(tmp_path: Path) -> None:
    quiet = OURS[:5]
    ours = [*quiet, goods("D90", 10, "6.17", order_no="", date="2026-07-01")]
    theirs = [*quiet, goods("", 10, "6.17", order_no="", date="2026-07-06")]
    left, right = write_csv(tmp_path / "ours.csv", ours), write_csv(tmp_path / "theirs.csv", theirs)
    assert run(tmp_path / "five", left, right, "--window", "5").class_at("ours", 7) == "MATCHED"
    assert run(tmp_path / "four", left, right, "--window", "4").class_at("ours", 7) in {"NOT_RECEIVED", "TIMING"}


def test_a_refused_pair_stays_apart_on_every_later_run(tmp_path: Path, sides: tuple[Ledger, Ledger]) -> None:
    ours, theirs = sides
    (short,) = (one for one in run(tmp_path / "a", ours, theirs).links if one["class"] == "SHORT")
    accept = decisions(tmp_path, (short["ours_id"], short["theirs_id"], "refuse"))
    for at in range(2):
        result = run(tmp_path / f"b{at}", ours, theirs, "--accept", accept)
        assert (6, 6) not in result.pairs()
        assert (result.class_at("ours", 6), result.class_at("theirs", 6)) == ("NOT_RECEIVED", "NOT_IN_BOOKS")
        assert result.bars() == {"NOT_RECEIVED": 2000, "NOT_IN_BOOKS": -1750}


def test_an_accepted_pair_is_linked_on_every_later_run(tmp_path: Path) -> None:
    ours = write_csv(tmp_path / "ours.csv", [*OURS, goods("Q1", 10, "6.17", order_no="", item="Q", store="S8")])
    theirs = write_csv(tmp_path / "theirs.csv", [*OURS, goods("W777", 9, "5.00", order_no="", item="W", store="S9")])
    first = run(tmp_path / "a", ours, theirs)
    assert (14, 14) not in first.pairs()
    ids = {one["side"]: one["id"] for one in first.residuals}
    accept = decisions(tmp_path, (ids["ours"], ids["theirs"], "accept"))
    for at in range(2):
        result = run(tmp_path / f"b{at}", ours, theirs, "--accept", accept)
        assert (14, 14) in result.pairs()
        (link,) = (one for one in result.links if one["ours_row"] == 14)
        assert (link["ours_id"], link["theirs_id"]) == (ids["ours"], ids["theirs"])
        assert link["amount_minor"] == 6170 - 4500


def test_a_person_decides_between_equally_good_candidates(tmp_path: Path) -> None:
    ours = write_csv(tmp_path / "ours.csv", [*OURS, goods("", 10, "6.17", order_no="", item="Q", store="S7")])
    two = [goods(name, 10, "6.17", order_no="", item="Q", store="S7") for name in ("X-1001", "Y-2222")]
    theirs = write_csv(tmp_path / "theirs.csv", [*OURS, *two])
    first = run(tmp_path / "a", ours, theirs)
    assert first.class_at("ours", 14) == "AMBIGUOUS"
    chosen = max(first.candidates, key=lambda one: one["rank"])
    accept = decisions(tmp_path, (chosen["ours_id"], chosen["theirs_id"], "accept"))
    result = run(tmp_path / "b", ours, theirs, "--accept", accept)
    assert result.class_at("ours", 14) == "MATCHED"
    assert result.exit == 0
    assert len(result.candidates) == 0


def test_a_decision_about_lines_that_are_gone_is_no_obstacle(tmp_path: Path, sides: tuple[Ledger, Ledger]) -> None:
    ours, theirs = sides
    accept = decisions(tmp_path, ("0" * 32, "f" * 32, "accept"), ("1" * 32, "e" * 32, "refuse"))
    assert run(tmp_path, ours, theirs, "--accept", accept).bars() == {"SHORT": 250}


def decisions(folder: Path, *rows: tuple[str, str, str]) -> Path:
    text = "ours_id,theirs_id,decision,reason\n" + "".join(f"{','.join(row)},looked at it\n" for row in rows)
    return write_text(folder / "decisions.csv", text)


REFUSED_OPTIONS = {
    "tolerance": ("--tolerance", "much"),
    "negative tolerance": ("--tolerance", "-5"),
    "window": ("--window", "soon"),
    "period": ("--period", "2026-13"),
    "measure": ("--measure", "weight"),
    "memory": ("--memory", "lots"),
    "threads": ("--threads", "0"),
    "unknown option": ("--sideways",),
    "profile": ("--profile", "absent.toml"),
    "store map": ("--store-map", "absent.csv"),
    "item map": ("--item-map", "absent.csv"),
    "decisions": ("--accept", "absent.csv"),
}


@pytest.mark.parametrize("options", REFUSED_OPTIONS.values(), ids=REFUSED_OPTIONS)
def test_an_option_that_makes_no_sense_is_refused(
    tmp_path: Path, sides: tuple[Ledger, Ledger], options: tuple[str, ...]
) -> None:
    ours, theirs = sides
    sentence = refusal(keytally_here("reconcile", ours.path, theirs.path, "--out", tmp_path / "out", *options))
    assert options[0].strip("-").split("-")[0] in sentence or options[-1] in sentence
    assert not (tmp_path / "out").exists() or not list((tmp_path / "out").iterdir())


REFUSED_FILES = {
    "profile without a version": ("--profile", "[match]\nmeasure = 'amount'\n"),
    "profile of a later version": ("--profile", "version = 99\n"),
    "profile that is no toml": ("--profile", "version = = 1\n"),
    "profile with an unknown measure": ("--profile", "version = 1\n[match]\nmeasure = 'weight'\n"),
    "profile with an unknown key": ("--profile", "version = 1\n[match]\nmesure = 'amount'\n"),
    "profile naming a column that is not there": ("--profile", "version = 1\n[ours.columns]\namount = 'Betrag'\n"),
    "store map without its columns": ("--store-map", "a,b\n1,2\n"),
    "store map with a date that is none": ("--store-map", "ours,theirs,from,to\nS1,T1,2026-07-99,\n"),
    "item map without its columns": ("--item-map", "a,b\n1,2\n"),
    "decisions without their columns": ("--accept", "a,b\n1,2\n"),
    "a decision that is none": ("--accept", f"ours_id,theirs_id,decision,reason\n{'a' * 32},{'b' * 32},perhaps,\n"),
}


@pytest.mark.parametrize(("option", "text"), REFUSED_FILES.values(), ids=REFUSED_FILES)
def test_a_file_of_an_option_that_makes_no_sense_is_refused(
    tmp_path: Path, sides: tuple[Ledger, Ledger], option: str, text: str
) -> None:
    ours, theirs = sides
    file = write_text(tmp_path / ("given.toml" if option == "--profile" else "given.csv"), text)
    refusal(keytally_here("reconcile", ours.path, theirs.path, "--out", tmp_path / "out", option, file))
    assert not (tmp_path / "out" / "summary.json").exists()


def test_a_side_that_is_not_there_is_named(tmp_path: Path, sides: tuple[Ledger, Ledger]) -> None:
    sentence = refusal(keytally_here("reconcile", tmp_path / "nowhere.csv", sides[1].path, "--out", tmp_path / "out"))
    assert "nowhere.csv" in sentence


def test_a_folder_without_a_ledger_is_named(tmp_path: Path, sides: tuple[Ledger, Ledger]) -> None:
    (tmp_path / "hollow").mkdir()
    sentence = refusal(keytally_here("reconcile", tmp_path / "hollow", sides[1].path, "--out", tmp_path / "out"))
    assert "hollow" in sentence


def test_one_side_alone_is_refused(sides: tuple[Ledger, Ledger]) -> None:
    refusal(keytally_here("reconcile", sides[0].path))


def test_first_words_come_within_a_second(tmp_path: Path, sides: tuple[Ledger, Ledger]) -> None:
    ran = keytally("--help")
    assert ran.exit == 0
    assert "reconcile" in ran.stdout
