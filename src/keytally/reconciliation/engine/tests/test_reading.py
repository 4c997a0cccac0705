from pathlib import Path

import duckdb
import pytest

import keytally
from keytally.reconciliation.engine.contract import UnableToRun
from keytally.reconciliation.engine.messages import sentence

HEADER = "doc_no,store,item,gtin,date,quantity,amount\n"
GTINS = ["6901000405892", "6901000757021", "6902083881405", "6921168509256"]


def line(at: int, *, store: str, item: str, gtin: str) -> str:
    return f"D{at},{store},{item},{gtin},2026-07-{at % 28 + 1:02},{at + 1},{at + 3}.25\n"


def ledger(file: Path, *, store: str = "{:04}", item: str = "{:06}", gtins: list[str] = GTINS) -> Path:
    rows = [
        line(at, store=store.format(at % 3 + 1), item=item.format(at % 4 + 7), gtin=gtins[at % 4]) for at in range(12)
    ]
    file.write_text(HEADER + "".join(rows), encoding="utf-8")
    return file


def notes(done) -> list[str]:
    return [note.text("en") for note in done.notes]


@pytest.mark.parametrize("turned", [False, True])
def test_codes_without_their_zeros_are_restored_from_the_other_side(tmp_path, turned):
    sides = [ledger(tmp_path / "ours.csv", store="{}", item="{}"), ledger(tmp_path / "theirs.csv")]
    done = keytally.reconcile(*(reversed(sides) if turned else sides), out=tmp_path / "out", with_report=False)
    assert done.summary.exit == 0
    assert done.summary.links == 12
    assert sum("were restored" in note for note in notes(done)) == 2
    assert list(done.residuals()) == []


def test_gtins_in_scientific_notation_are_restored_where_one_can_be_meant(tmp_path):
    shortened = ["6.901000406E+12", "6.90100E+12", "6.90208E+12", "6.92117E+12"]
    sides = ledger(tmp_path / "ours.csv", gtins=shortened), ledger(tmp_path / "theirs.csv")
    done = keytally.reconcile(*sides, out=tmp_path / "out", with_report=False)
    said = notes(done)
    assert any(note.startswith("3 codes in column gtin") for note in said)
    assert any(note.startswith("1 codes in column gtin") and "several" in note for note in said)


def test_a_code_map_knows_the_codes_that_the_other_side_writes_otherwise(tmp_path):
    sides = ledger(tmp_path / "ours.csv", store="{}"), ledger(tmp_path / "theirs.csv", store="W{}")
    stores = tmp_path / "stores.csv"
    stores.write_text("ours,theirs\n0001,W1\n0002,W2\n0003,W3\n", encoding="utf-8")
    done = keytally.reconcile(*sides, out=tmp_path / "out", store_map=stores, with_report=False)
    assert done.summary.exit == 0
    assert list(done.residuals()) == []
    assert any("store" in note and "were restored" in note for note in notes(done))


def test_codes_that_nobody_knows_stay_as_they_are(tmp_path):
    sides = ledger(tmp_path / "ours.csv", item="{}"), ledger(tmp_path / "theirs.csv", item="A{}")
    done = keytally.reconcile(*sides, out=tmp_path / "out", with_report=False)
    assert not any("were restored" in note for note in notes(done))


def test_a_page_of_codes_that_is_damaged_is_told_by_the_name_of_its_file(tmp_path):
    ours, theirs = tmp_path / "ours.parquet", tmp_path / "theirs.parquet"
    for file in (ours, theirs):
        with duckdb.connect() as con:
            rows = "SELECT md5(n::VARCHAR) AS doc_no, n::DECIMAL(9,2) AS amount FROM range(200000) r(n)"
            con.execute(f"COPY ({rows}) TO $file (FORMAT parquet, COMPRESSION zstd)", {"file": str(file)})
    data = bytearray(theirs.read_bytes())
    data[2_000_000:2_004_000] = bytes(4_000)
    theirs.write_bytes(data)
    with pytest.raises(UnableToRun) as refusal:
        keytally.reconcile(ours, theirs, out=tmp_path / "out", with_report=False)
    for language in ("en", "zh"):
        told = sentence(refusal.value, language=language)
        assert "theirs.parquet" in told
        assert "\n" not in told
    assert not (tmp_path / "out" / "summary.json").exists()
