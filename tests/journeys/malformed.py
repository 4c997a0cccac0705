"""Which files break readers? Two hundred of them, made from one good ledger with a seed.

`exact` marks files whose figures are untouched, so that no wrong number may come out of them.
"""

import io
import random
import struct
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import openpyxl
import xlwt

from .ledgers import Line, goods, used_columns, write_csv, write_parquet, write_xlsx

GOOD: list[Line] = [
    {**goods(f"DN{at:04}", 3 + at % 9, "12.34", item=f"A{at % 5}", store=f"S{at % 3}"), "currency": "CNY"}
    for at in range(60)
]
HEADER = ",".join(used_columns(GOOD))
FIRST = ",".join(GOOD[0][name] for name in used_columns(GOOD))


@dataclass(frozen=True)
class Malformed:
    """A file by name, what is in it or makes it, and whether its figures are still those of the good ledger."""

    name: str
    content: bytes | Callable[[], bytes]
    exact: bool = True

    def write(self, folder: Path) -> Path:
        """Write it; what is large or slow to make is made only now, for every worker collects all of them."""
        file = folder / self.name
        file.write_bytes(self.content if isinstance(self.content, bytes) else self.content())
        return file


def all_malformed(seed: int = 20260701) -> list[Malformed]:
    """Make all of them, always the same for a seed."""
    chance = random.Random(seed)
    with TemporaryDirectory() as folder:
        good = good_files(Path(folder))
    makers = (cut, flipped, encodings, quotes, disguises, texts, bombs, workbooks, cells, parquets, figures)
    return [one for make in makers for one in make(chance, good)]


def good_files(folder: Path) -> dict[str, bytes]:
    """Write the good ledger in every format."""
    write_csv(folder / "g.csv", GOOD)
    write_xlsx(folder / "g.xlsx", GOOD)
    write_parquet(folder / "g.parquet", GOOD)
    book = xlwt.Workbook()
    page = book.add_sheet("Sheet1")
    for row, one in enumerate([dict(zip(used_columns(GOOD), used_columns(GOOD), strict=True)), *GOOD]):
        for column, name in enumerate(used_columns(GOOD)):
            page.write(row, column, one[name])
    book.save(str(folder / "g.xls"))
    return {kind: (folder / f"g.{kind}").read_bytes() for kind in ("csv", "xlsx", "parquet", "xls")}


def cut(chance: random.Random, good: dict[str, bytes]) -> Iterator[Malformed]:
    """Files that end too early, as after a broken download."""
    for kind, count in (("xlsx", 14), ("parquet", 10), ("xls", 10)):
        for at in range(count):
            yield Malformed(f"cut{at}.{kind}", good[kind][: chance.randrange(1, len(good[kind]))])
    for at in range(6):
        yield Malformed(f"cut{at}.csv", good["csv"][: chance.randrange(1, len(good["csv"]))], exact=False)
    for kind in good:
        yield Malformed(f"empty.{kind}", b"")
        yield Malformed(f"byte.{kind}", good[kind][:1])
        yield Malformed(f"nothing_but_nul.{kind}", bytes(5000))


def flipped(chance: random.Random, good: dict[str, bytes]) -> Iterator[Malformed]:
    """Files with bytes changed on the way."""
    for kind, count in (("xlsx", 12), ("parquet", 12), ("xls", 10), ("csv", 6)):
        for at in range(count):
            content = bytearray(good[kind])
            for _ in range(1 + at * 3):
                content[chance.randrange(len(content))] = chance.randrange(256)
            yield Malformed(f"flipped{at}.{kind}", bytes(content), exact=False)


def encodings(chance: random.Random, good: dict[str, bytes]) -> Iterator[Malformed]:
    """Texts in a wrong, mixed or broken encoding."""
    text = good["csv"].decode().replace("S1", "南京店").replace("A1", "酱油")
    wide, double = text.encode("gb18030"), text.encode("utf-16")
    yield Malformed("half_utf16.csv", text[:900].encode("utf-16") + text[900:].encode())
    yield Malformed("half_utf8.csv", text[:900].encode() + text[900:].encode("utf-16-le"))
    yield Malformed("odd_utf16.csv", double[:-1])
    yield Malformed("utf16_without_mark.csv", text.encode("utf-16-le"))
    yield Malformed("utf16_big.csv", text.encode("utf-16-be"))
    yield Malformed("utf32.csv", text.encode("utf-32"))
    yield Malformed("ebcdic.csv", good["csv"].decode().encode("cp500"))
    yield Malformed("latin.csv", text.replace("南京店", "Köln").replace("酱油", "Soße").encode("latin-1"))
    yield Malformed("two_marks.csv", "\ufeff\ufeff".encode() + text.encode())
    yield Malformed("mark_inside.csv", text.replace("DN0030", "\ufeffDN0030").encode())
    yield Malformed("utf8_as_latin_as_utf8.csv", text.encode().decode("latin-1").encode())
    for at in range(4):
        spot = wide.index("酱".encode("gb18030"), chance.randrange(len(wide) // 2)) + 1
        yield Malformed(f"broken_gb{at}.csv", wide[:spot] + wide[spot + 1 :], exact=False)
    for at in range(6):
        spot = chance.randrange(len(HEADER) + 10, len(good["csv"]))
        yield Malformed(f"nul{at}.csv", good["csv"][:spot] + bytes(1 + at) + good["csv"][spot:], exact=False)
    yield Malformed(
        "nul_between_all.csv", b"\0".join(good["csv"][at : at + 1] for at in range(len(good["csv"]))), exact=False
    )


def quotes(chance: random.Random, good: dict[str, bytes]) -> Iterator[Malformed]:
    """Texts whose quotes are never closed, or stand where none belong."""
    text = good["csv"].decode()
    for at in range(6):
        spot = text.index("\n", chance.randrange(len(text) - 200)) + 1
        yield Malformed(f"open_quote{at}.csv", (text[:spot] + '"' + text[spot:]).encode())
    yield Malformed("only_quotes.csv", b'"' * 4001)
    yield Malformed("quote_in_field.csv", text.replace("A1", 'A"1').encode())
    yield Malformed("quoted_twice.csv", text.replace("A1", '""A1""').encode())
    yield Malformed("single_quotes.csv", text.replace("A1", "'A1").encode())
    yield Malformed("open_quote_in_header.csv", ('"' + text).encode())


def disguises(chance: random.Random, good: dict[str, bytes]) -> Iterator[Malformed]:
    """Files that are not what their name says."""
    kinds = list(good)
    for name in kinds:
        for content in kinds:
            if name != content:
                yield Malformed(f"{content}_as.{name}", good[content])
    table = "".join(f"<tr><td>{one['doc_no']}</td><td>{one['amount']}</td></tr>" for one in GOOD)
    html = f"<html><table><tr><th>doc_no</th><th>amount</th></tr>{table}</table></html>".encode()
    for name in (*kinds, "tsv"):
        yield Malformed(f"html_as.{name}", html)
        yield Malformed(f"noise.{name}", chance.randbytes(20_000), exact=False)
    yield Malformed("picture.xlsx", b"\x89PNG\r\n\x1a\n" + chance.randbytes(3000))
    yield Malformed("pdf.csv", b"%PDF-1.7\n" + chance.randbytes(3000), exact=False)
    yield Malformed("locked.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(1000))


def texts(chance: random.Random, good: dict[str, bytes]) -> Iterator[Malformed]:
    """Texts whose records, columns or headers are wrong."""
    rows = good["csv"].decode().splitlines()
    ragged = [row if at % 7 else row + ",x,y,z" for at, row in enumerate(rows)]
    yield Malformed("ragged.csv", "\n".join(ragged).encode())
    yield Malformed(
        "short_rows.csv", "\n".join(row if at % 7 or not at else row[:12] for at, row in enumerate(rows)).encode()
    )
    yield Malformed("no_header.csv", "\n".join(rows[1:]).encode())
    yield Malformed("header_only.csv", rows[0].encode())
    yield Malformed("header_twice.csv", "\n".join([*rows[:20], rows[0], *rows[20:]]).encode())
    yield Malformed("same_names.csv", "\n".join([rows[0].replace("item", "amount"), *rows[1:]]).encode())
    yield Malformed("blank_names.csv", "\n".join([rows[0].replace("item", " "), *rows[1:]]).encode())
    yield Malformed("old_mac.csv", "\r".join(rows).encode())
    yield Malformed(
        "two_delimiters.csv",
        "\n".join(row.replace(",", ";") if at > 9 else row for at, row in enumerate(rows)).encode(),
    )
    yield Malformed("separator_line.csv", ("sep=,\r\n" + "\r\n".join(rows)).encode())
    yield Malformed("control_characters.csv", "\n".join(rows).replace("A1", "A\x01\x1b[2J\x07").encode())
    yield Malformed("right_to_left.csv", "\n".join(rows).replace("A1", "\u202e1A\u200f😀").encode())
    yield Malformed("blank_lines.csv", ("\n" * 5000 + "\n\n".join(rows) + "\n" * 5000).encode())
    yield Malformed(
        "million_columns.csv", (rows[0] + "," * 1_000_000 + "\n" + rows[1] + "," * 1_000_000 + "\n").encode()
    )
    yield Malformed("wide_row.csv", ("\n".join(rows[:30]) + "," * 1_000_000 + "\n" + "\n".join(rows[30:])).encode())
    yield Malformed("huge_cell.csv", "\n".join([*rows[:9], rows[9].replace("A", "A" * 6_000_000), *rows[10:]]).encode())
    yield Malformed("one_long_line.csv", b"x" * 8_000_000)
    yield Malformed("only_newlines.csv", b"\n" * 100_000)
    yield Malformed("only_commas.csv", b"," * 100_000)


def zipped(parts: dict[str, bytes], *, base: bytes = b"") -> bytes:
    """Pack a workbook again with some parts replaced or added."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as packed:
        if base:
            with zipfile.ZipFile(io.BytesIO(base)) as whole:
                for name in whole.namelist():
                    if name not in parts:
                        packed.writestr(name, whole.read(name))
        for name, content in parts.items():
            packed.writestr(name, content)
    return target.getvalue()


def bombs(chance: random.Random, good: dict[str, bytes]) -> Iterator[Malformed]:
    """Archives that would fill a machine, or point out of themselves."""
    sheet, book = "xl/worksheets/sheet1.xml", good["xlsx"]
    laughs = "".join(f'<!ENTITY l{at} "{f"&l{at - 1};" * 10}">' for at in range(1, 10))
    laughing = f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY l0 "lol">{laughs}]><worksheet>&l9;</worksheet>'
    outside = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><worksheet>&e;</worksheet>'
    strings = "xl/sharedStrings.xml"
    yield Malformed(
        "bomb_sheet.xlsx", lambda: zipped({sheet: b"<worksheet><sheetData>" + b" " * 300_000_000}, base=book)
    )
    yield Malformed(
        "bomb_strings.xlsx", lambda: zipped({strings: b"<sst>" + b"<si><t>a</t></si>" * 9_000_000}, base=book)
    )
    yield Malformed("bomb_entries.xlsx", lambda: zipped({f"xl/media/{at}": b"" for at in range(70_000)}, base=book))
    yield Malformed("billion_laughs.xlsx", zipped({sheet: laughing.encode()}, base=book))
    yield Malformed("outside_entity.xlsx", zipped({sheet: outside.encode()}, base=book))
    yield Malformed("climbing_names.xlsx", zipped({"../../../tmp/keytally_climbed": b"x"}, base=book))
    yield Malformed("no_sheet.xlsx", zipped({sheet: b""}, base=book))
    yield Malformed("just_a_zip.xlsx", zipped({"ours.csv": good["csv"]}))


def workbooks(chance: random.Random, good: dict[str, bytes]) -> Iterator[Malformed]:
    """Workbooks whose shape is wrong."""
    yield Malformed("no_rows.xlsx", saved([]))
    yield Malformed("one_cell.xlsx", saved([["doc_no"]]))
    yield Malformed("wide.xlsx", partial(saved, [[f"c{at}" for at in range(16_000)], list(range(16_000))]))
    yield Malformed("far_cell.xlsx", far_cell)
    claimed = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
    claimed += b'<dimension ref="A1:XFD1048576"/><sheetData/></worksheet>'
    yield Malformed("claims_all_cells.xlsx", zipped({"xl/worksheets/sheet1.xml": claimed}, base=good["xlsx"]))


def far_cell() -> bytes:
    """Save a workbook whose only row stands at the very end of its sheet."""
    book, target = openpyxl.Workbook(), io.BytesIO()
    for at, name in enumerate(used_columns(GOOD), 1):
        book.active.cell(1, at, name)
        book.active.cell(1_048_576, at, GOOD[0][name])
    book.save(target)
    return target.getvalue()


def saved(rows: list[list[object]]) -> bytes:
    """Save rows as a workbook of one sheet."""
    book, target = openpyxl.Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(target)
    return target.getvalue()


def cells(chance: random.Random, good: dict[str, bytes]) -> Iterator[Malformed]:
    """Workbooks with one cell of a figure or date that is not one."""
    names = used_columns(GOOD)
    odd: list[tuple[str, object]] = [
        *(
            (name, value)
            for name in ("amount", "quantity")
            for value in ("=1+1", "#REF!", True, date(2026, 7, 1), "n/a")
        ),
        *(("date", value) for value in (-5, 0, 60, 2_958_466, 1e300, "=TODAY()", "2026-02-30", True)),
        ("doc_no", '=HYPERLINK("http://example.invalid")'),
        ("item", 6.92e12),
    ]
    for at, (column, value) in enumerate(odd):
        rows: list[list[object]] = [list(names), *([one[name] for name in names] for one in GOOD)]
        rows[7][names.index(column)] = value
        yield Malformed(f"cell{at}_{column}.xlsx", partial(saved, rows), exact=False)


def parquets(chance: random.Random, good: dict[str, bytes]) -> Iterator[Malformed]:
    """Parquet whose columns have types that no ledger should have."""
    selects = {
        "infinite": "CASE i % 3 WHEN 0 THEN 'inf' WHEN 1 THEN 'nan' ELSE '1.5' END::DOUBLE AS amount",
        "nested": "{'a': i} AS amount",
        "listed": "[i, i] AS amount",
        "bytes": "'abc'::BLOB AS item, i AS amount",
        "overflow": "99999999999999999999999999999999999::DECIMAL(38,2) AS amount",
        "instants": "TIMESTAMPTZ '2026-07-01 23:30:00+00' AS date, i AS amount",
        "nameless": '1 AS " ", 1 AS "x""y"',
        "wide": "1 AS amount, " + ", ".join(f"{at} AS c{at}" for at in range(4000)),
    }
    with duckdb.connect() as connection, TemporaryDirectory() as folder:
        for name, columns in selects.items():
            path = Path(folder) / f"{name}.parquet"
            connection.execute(
                f"COPY (SELECT 'D' || i AS doc_no, {columns} FROM range(20) t(i)) TO '{path}' (FORMAT parquet)"
            )
            yield Malformed(path.name, path.read_bytes(), exact=False)
    footer = struct.pack("<I", 0xFFFFFFF0) + b"PAR1"
    yield Malformed("long_footer.parquet", good["parquet"][:-8] + footer)


FIGURES = (
    "999999999999999999999999999999",
    "1e999",
    "-1e18",
    "0x10",
    "1.2.3",
    "--5",
    "5-5",
    "½",
    "Ⅷ",
    "٣",
    "1e-9",
    "nan",
    "inf",
    "12%",
    "12.345678",
    "=2+2",
    "(5",
    "5)",
    "1,23,4",
    "1'234.50",
    "￥",
    "-",
    "(-5)",
    "1 2 3",
    "+7",
    "TRUE",
    "#DIV/0!",
    "12.34 CNY",
    "9223372036854775808",
    "92233720368547758.08",
)


def figures(chance: random.Random, good: dict[str, bytes]) -> Iterator[Malformed]:
    """Texts with one figure that is hard or impossible to read."""
    for at, figure in enumerate(FIGURES):
        rows = good["csv"].decode().splitlines()
        names = rows[0].split(",")
        fields = rows[5].split(",")
        fields[names.index("amount" if at % 2 else "quantity")] = f'"{figure}"'
        yield Malformed(f"figure{at}.csv", "\n".join([*rows[:5], ",".join(fields), *rows[6:]]).encode(), exact=False)
