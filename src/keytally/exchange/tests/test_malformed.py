import io
import random
import zipfile
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
import xlsxwriter
import xlwt

from keytally.exchange.errors import UnableToRead
from keytally.exchange.limits import Limits
from keytally.exchange.profile import SideProfile
from keytally.exchange.propose import propose
from keytally.exchange.read import SideRead, read_side
from keytally.exchange.sources import SourceFile

LIMITS = Limits(max_columns=500, max_rows=5_000, max_expanded_bytes=20 * 2**20)
HEADER = ["doc_no", "store", "date", "quantity", "amount"]
SEED = 20_260_701
KINDS = 20
PER_KIND = 10


def rows(random_: random.Random, count: int = 30) -> list[list[str]]:
    return [
        [f"D{n:05}", f"S{n % 3}", f"2026-07-{n % 28 + 1:02}", str(random_.randint(1, 9)), f"{n}.{n % 100:02}"]
        for n in range(count)
    ]


def csv_bytes(lines: list[list[str]], encoding: str = "utf-8") -> bytes:
    return "\n".join(",".join(line) for line in [HEADER, *lines]).encode(encoding)


def xlsx_bytes(lines: list[list[str]]) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        sheet = book.add_worksheet()
        for place, line in enumerate([HEADER, *lines]):
            sheet.write_row(place, 0, line)
    return out.getvalue()


def xls_bytes(lines: list[list[str]]) -> bytes:
    book = xlwt.Workbook()
    sheet = book.add_sheet("a")
    for place, line in enumerate([HEADER, *lines]):
        for column, cell in enumerate(line):
            sheet.write(place, column, cell)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def parquet_bytes(folder: Path) -> bytes:
    path = folder / "whole.tmp"
    with duckdb.connect() as con:
        lines = "SELECT 'D' || i AS doc_no, i::DECIMAL(9,2) AS amount FROM range(5000) r(i)"
        con.execute(f"COPY ({lines}) TO $file (FORMAT parquet)", {"file": str(path)})
    return path.read_bytes()


def bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("xl/workbook.xml", b"<workbook/>")
        package.writestr("xl/worksheets/sheet1.xml", b"0" * (80 * 2**20))
    return out.getvalue()


def lying_bomb() -> bytes:
    """The directory says that the large entry is small."""
    data = bytearray(bomb())
    size = (80 * 2**20).to_bytes(4, "little")
    return bytes(data.replace(size, (1000).to_bytes(4, "little")))


def cut(data: bytes, random_: random.Random) -> bytes:
    return data[: random_.randint(1, len(data) - 1)]


def flipped(data: bytes, random_: random.Random) -> bytes:
    changed = bytearray(data)
    for _ in range(random_.randint(1, 60)):
        changed[random_.randrange(len(changed))] = random_.randrange(256)
    return bytes(changed)


def with_cell(random_: random.Random, cell: str) -> bytes:
    lines = rows(random_)
    for line in random_.sample(lines, 5):
        line[random_.choice([2, 3, 4])] = cell
    return csv_bytes(lines)


def malformed(folder: Path) -> Iterator[tuple[str, bytes]]:
    random_ = random.Random(SEED)
    whole_parquet = parquet_bytes(folder)
    for number in range(PER_KIND):
        lines = rows(random_)
        text = csv_bytes(lines)
        yield f"cut{number}.xlsx", cut(xlsx_bytes(lines), random_)
        yield f"flipped{number}.xlsx", flipped(xlsx_bytes(lines), random_)
        yield f"cut{number}.xls", cut(xls_bytes(lines), random_)
        yield f"flipped{number}.xls", flipped(xls_bytes(lines), random_)
        yield f"cut{number}.parquet", cut(whole_parquet, random_)
        yield f"flipped{number}.parquet", flipped(whole_parquet, random_)
        yield f"noise{number}.csv", random_.randbytes(3_000)
        yield f"noise{number}.xlsx", b"PK\x03\x04" + random_.randbytes(3_000)
        yield f"nul{number}.csv", text[: number * 20 + 90] + b"\0" + text[number * 20 + 90 :]
        yield f"latin{number}.csv", csv_bytes([*lines, ["Caf\xe9 \xff", "", "", "1", "1"]], "latin-1")
        yield f"utf16{number}.csv", text.decode().encode("utf-16")[: -1 - 2 * number]
        yield f"quote{number}.csv", text.replace(b"D00005", b'"D00005')
        yield f"wide{number}.csv", b",".join(b"c%d" % n for n in range(1_000_000 if number == 0 else 600)) + b"\n1\n"
        yield f"long{number}.csv", text + b"\nD," + b"x" * (300_000 + number) + b",2026-07-01,1,1"
        yield f"ragged{number}.csv", text + b"\nD1,S1,2026-07-01,1,2,3,4" * (number + 1)
        yield f"text{number}.csv", with_cell(random_, random_.choice(["#REF!", "n/a", "12,3", "1e9", "\u201c5\u201d"]))
        yield f"page{number}.xls", b"<html><body><table><tr><td>doc_no</td></tr></table>" + bytes([65 + number])
        yield f"bomb{number}.xlsx", bomb() if number % 2 else lying_bomb()
        yield f"empty{number}.csv", [b"", b"\n\n\n", b"doc_no,amount\n", b"\xef\xbb\xbf", b"   "][number % 5]
        yield f"returns{number}.csv", text.replace(b"\n", b"\r", number + 1)


def read(source: SourceFile, cache: Path) -> SideRead:
    return read_side([source], SideProfile(), side="ours", cache=cache, limits=LIMITS, threads=1)


def test_it_refuses_or_rejects_two_hundred_malformed_files_without_a_traceback(tmp_path: Path) -> None:
    outcomes = {"refused": 0, "rejected": 0, "read": 0}
    made = list(malformed(tmp_path))
    assert len(made) == KINDS * PER_KIND
    for name, data in made:
        path = tmp_path / name
        path.write_bytes(data)
        outcomes[outcome(SourceFile(path, name), tmp_path / "cache")] += 1
        path.unlink()
    assert outcomes["refused"] > 90
    assert outcomes["rejected"] > 20
    assert not list((tmp_path / "cache").glob("*.draft"))


def outcome(source: SourceFile, cache: Path) -> str:
    try:
        side = read(source, cache)
    except UnableToRead as refusal:
        for language in ("en", "zh"):
            assert source.name in refusal.text(language)
        return "refused"
    assert side.counts.read == side.counts.accepted + side.counts.rejected + side.counts.totals
    assert_amounts_as_written(source, side)
    return "rejected" if side.counts.rejected else "read"


def assert_amounts_as_written(source: SourceFile, side: SideRead) -> None:
    """Every accepted line of the generated rows still says what was generated."""
    if "flipped" in source.name:
        return
    with duckdb.connect() as con:
        for lines in side.lines.sources:
            sql = f"SELECT doc_no, amount FROM ({lines.sql}) WHERE regexp_matches(doc_no, '^D[0-9]{{5}}$')"
            for doc_no, amount in con.execute(sql, dict(lines.parameters)).fetchall():
                number = int(doc_no[1:])
                assert amount in (number * 100 + number % 100, None), source.name


@pytest.mark.parametrize("name", ["cut.xlsx", "noise.csv", "page.xls", "empty.csv"])
def test_proposing_refuses_them_too(tmp_path: Path, name: str) -> None:
    data = {"cut.xlsx": xlsx_bytes(rows(random.Random(1)))[:900], "noise.csv": b"\x80\xff\x00abc", "empty.csv": b""}
    (tmp_path / name).write_bytes(data.get(name, b"<html><table></table></html>"))
    source = SourceFile(tmp_path / name, name)
    with pytest.raises(UnableToRead):
        propose([source], [source], limits=LIMITS)
