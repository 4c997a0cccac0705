"""Which pair of files can a newcomer try? A supplier's ledger and a retailer's statement, made here, faults known.

Nothing is shipped: the pair is generated from a seed, so that the same seed gives the same bytes on every machine.
"""

import csv
import io
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import xlsxwriter

DEMO_SEED = 20260701
DEMO_TOLERANCE_MINOR = 5
OURS_NAME = "supplier_ledger_2026-07.xlsx"
THEIRS_NAME = "retailer_statement_2026-07.csv"
STORE_MAP_NAME = "store_map.csv"
ITEM_MAP_NAME = "item_map.csv"
DEMO_NAMES = (OURS_NAME, THEIRS_NAME, STORE_MAP_NAME, ITEM_MAP_NAME)
ORDERS = 124
STATEMENT_BATCH = 40
FIRST_DAY = date(2026, 7, 1)

STORES = (
    ("S001", "徐汇店"), ("S002", "静安店"), ("S003", "浦东店"), ("S004", "闵行店"), ("S005", "宝山店"),
    ("S006", "嘉定店"), ("S007", "松江店"), ("S008", "青浦店"), ("S009", "苏州园区店"), ("S010", "无锡店"),
)  # fmt: skip
ITEMS = (
    ("HT-1001", "禾田原味饼干 400g", 1890), ("HT-1002", "禾田奶香饼干 400g", 1990),
    ("HT-1003", "禾田海苔脆 120g", 1250), ("HT-1004", "禾田坚果礼盒 1kg", 8800),
    ("HT-1005", "禾田燕麦片 700g", 2680), ("HT-1006", "禾田豆奶粉 500g", 2350),
    ("HT-1007", "禾田山楂片 300g", 1160), ("HT-1008", "禾田芝麻糊 480g", 2240),
)  # fmt: skip
SHORT, OVER, PRICE, NOT_RECEIVED, NOT_IN_BOOKS = "short", "over", "price", "not_received", "not_in_books"
DUPLICATE, PREFIX, CANCELLED, SPLIT = "duplicate", "prefix", "cancelled", "split"
ROUNDING, UNREADABLE, DEDUCTION = "rounding", "unreadable", "deduction"
FAULTS: Mapping[str, int] = {
    SHORT: 8, OVER: 2, PRICE: 7, NOT_RECEIVED: 6, NOT_IN_BOOKS: 5, DUPLICATE: 3,
    PREFIX: 14, CANCELLED: 3, SPLIT: 5, ROUNDING: 9, UNREADABLE: 1, DEDUCTION: 2,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Line:
    number: str
    kind: str
    order: str
    store: int
    item: int
    day: date
    quantity: int
    price_minor: int
    amount_minor: int
    amount_text: str | None = None


@dataclass(frozen=True, slots=True)
class DemoPair:
    """Where the files of the demo pair stand, and how many faults of each kind were put in."""

    ours: Path
    theirs: Path
    store_map: Path
    item_map: Path
    faults: Mapping[str, int]


def write_demo(folder: Path, *, seed: int = DEMO_SEED) -> DemoPair:
    """Write the demo pair and its maps into the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    ours, theirs = _ledgers(random.Random(seed))  # noqa: S311 - a seeded demo, nothing secret
    pair = DemoPair(
        ours=folder / OURS_NAME,
        theirs=folder / THEIRS_NAME,
        store_map=folder / STORE_MAP_NAME,
        item_map=folder / ITEM_MAP_NAME,
        faults=FAULTS,
    )
    _write_ours(pair.ours, ours)
    pair.theirs.write_bytes(_statement(theirs).encode("gb18030"))
    _write_maps(pair)
    return pair


def _ledgers(chance: random.Random) -> tuple[list[_Line], list[_Line]]:
    clean = _clean_lines(chance)
    chance.shuffle(clean)
    ours: list[_Line] = []
    theirs: list[_Line] = []
    for line, fault in zip(clean, _fault_list(len(clean)), strict=True):
        our_part, their_part = _FAULTY[fault](line) if fault else ([line], [line])
        ours += our_part
        theirs += their_part
    theirs += [_deduction(place) for place in range(FAULTS[DEDUCTION])]
    return sorted(ours, key=lambda line: (line.store, line.day, line.number, line.item)), _as_received(theirs)


def _fault_list(lines: int) -> list[str | None]:
    faults = [fault for fault in _FAULTY for _ in range(FAULTS[fault])]
    return [*faults, *([None] * (lines - len(faults)))]


def _clean_lines(chance: random.Random) -> list[_Line]:
    lines = []
    for order in range(ORDERS):
        store = chance.randrange(len(STORES))
        day = FIRST_DAY + timedelta(days=chance.randrange(26))
        for item in sorted(chance.sample(range(len(ITEMS)), chance.randint(2, 4))):
            quantity = chance.randint(2, 24) * 6
            price = ITEMS[item][2]
            number, order_number = f"XH2607{order * 7 + 1003:05d}", f"{4507 + store}{order * 13 + 26070:06d}"
            lines.append(_Line(number, "销售", order_number, store, item, day, quantity, price, quantity * price))
    return lines


def _resized(line: _Line, quantity: int) -> _Line:
    return replace(line, quantity=quantity, amount_minor=quantity * line.price_minor)


def _repriced(line: _Line) -> _Line:
    price = line.price_minor - 20 - 10 * (line.item % 3)
    return replace(line, price_minor=price, amount_minor=line.quantity * price)


def _split(line: _Line) -> list[_Line]:
    first = line.quantity // 3
    late = replace(line, day=line.day + timedelta(days=1))
    return [_resized(line, first), _resized(late, line.quantity - first)]


def _cancelled(line: _Line) -> list[_Line]:
    wrong = replace(line, number=f"{line.number}A", kind="销售")
    reversal = replace(wrong, kind="冲销", quantity=-line.quantity, amount_minor=-line.amount_minor)
    return [wrong, reversal, line]


def _rounded(line: _Line) -> _Line:
    return replace(line, amount_minor=line.amount_minor + (2 if line.item % 2 else -1))


_Faulty = Callable[[_Line], tuple[list[_Line], list[_Line]]]
_FAULTY: Mapping[str, _Faulty] = {
    SHORT: lambda line: ([line], [_resized(line, line.quantity - 3)]),
    OVER: lambda line: ([line], [_resized(line, line.quantity + 2)]),
    PRICE: lambda line: ([line], [_repriced(line)]),
    NOT_RECEIVED: lambda line: ([line], []),
    NOT_IN_BOOKS: lambda line: ([], [line]),
    DUPLICATE: lambda line: ([line], [line, line]),
    PREFIX: lambda line: ([line], [replace(line, order=f"PO-{line.order}")]),
    CANCELLED: lambda line: (_cancelled(line), [line]),
    SPLIT: lambda line: ([line], _split(line)),
    ROUNDING: lambda line: ([line], [_rounded(line)]),
    UNREADABLE: lambda line: ([line], [replace(line, amount_text="待核")]),
}


def _deduction(place: int) -> _Line:
    amount = -(50_000 + 30_000 * place)
    return _Line(f"KK2607{place + 11:04d}", "扣款", "", place, -1, date(2026, 7, 28), 0, 0, amount)


def _as_received(lines: list[_Line]) -> list[_Line]:
    """Give the receipts the retailer's own numbers, a day after our despatch, in the order of their dates."""
    ordered = sorted(lines, key=lambda line: (line.day, line.store, line.order, line.item))
    received = []
    for place, line in enumerate(ordered):
        is_deduction = line.item < 0
        received.append(
            replace(
                line,
                number=line.number if is_deduction else f"YS{9_010_040 + 17 * place}",
                kind="扣款" if is_deduction else "验收",
                day=line.day if is_deduction else line.day + timedelta(days=1),
            )
        )
    return received


def _major(minor: int) -> Decimal:
    return Decimal(minor).scaleb(-2)


def _gtin(item: int) -> str:
    """Give the made-up barcode of an item, with the check digit that makes it a real one."""
    digits = f"6921234{item + 50001:05d}"
    total = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(digits))
    return f"{digits}{-total % 10}"


OUR_HEADER = ("单据日期", "单据号", "单据类型", "客户订单号", "门店编码", "门店名称", "商品编码", "商品名称", "条码", "数量", "含税单价", "价税合计")  # fmt: skip  # noqa: E501 - a header as it stands in the file
THEIR_HEADER = ("业务日期", "验收单号", "业务类型", "采购订单号", "店号", "店名", "货号", "品名", "国际条码", "实收数量", "进价", "结算金额")  # fmt: skip  # noqa: E501 - a header as it stands in the file


def _write_ours(path: Path, lines: list[_Line]) -> None:
    book = xlsxwriter.Workbook(str(path))
    book.set_properties({"created": datetime(2026, 8, 1), "author": "keytally"})  # noqa: DTZ001 - xlsx knows no zone
    sheet = book.add_worksheet("应收明细")
    formats = {
        "title": book.add_format({"bold": True, "font_size": 14}),
        "header": book.add_format({"bold": True, "bottom": 1}),
        "day": book.add_format({"num_format": "yyyy-mm-dd"}),
        "amount": book.add_format({"num_format": "#,##0.00"}),
        "total": book.add_format({"bold": True, "num_format": "#,##0.00", "top": 1}),
    }
    sheet.merge_range(0, 0, 0, len(OUR_HEADER) - 1, "禾田食品有限公司 应收明细账（永盛超市）", formats["title"])
    sheet.write_string(1, 0, "期间：2026年7月　单位：元")
    for column, text in enumerate(OUR_HEADER):
        sheet.write_string(2, column, text, formats["header"])
    sheet.set_column(0, len(OUR_HEADER) - 1, 14)
    _write_rows(sheet, lines, formats)
    book.close()


def _write_rows(sheet: xlsxwriter.workbook.Worksheet, lines: list[_Line], formats: Mapping[str, object]) -> None:
    row = 3
    for store in range(len(STORES)):
        mine = [line for line in lines if line.store == store]
        for line in mine:
            _write_line(sheet, row, line, formats)
            row += 1
        _write_total(sheet, row, "小计", mine, formats)
        row += 1
    _write_total(sheet, row, "合计", lines, formats)


def _write_line(sheet: xlsxwriter.workbook.Worksheet, row: int, line: _Line, formats: Mapping[str, object]) -> None:
    sheet.write_datetime(row, 0, datetime.combine(line.day, datetime.min.time()), formats["day"])
    texts = (line.number, line.kind, line.order, *STORES[line.store], *ITEMS[line.item][:2], _gtin(line.item))
    for column, text in enumerate(texts, start=1):
        sheet.write_string(row, column, text)
    sheet.write_number(row, 9, line.quantity)
    sheet.write_number(row, 10, _major(line.price_minor), formats["amount"])
    sheet.write_number(row, 11, _major(line.amount_minor), formats["amount"])


def _write_total(
    sheet: xlsxwriter.workbook.Worksheet, row: int, word: str, lines: list[_Line], formats: Mapping[str, object]
) -> None:
    sheet.write_string(row, 0, word, formats["total"])
    sheet.write_number(row, 9, sum(line.quantity for line in lines), formats["total"])
    sheet.write_number(row, 11, _major(sum(line.amount_minor for line in lines)), formats["total"])


def _statement(lines: list[_Line]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(THEIR_HEADER)
    for start in range(0, len(lines), STATEMENT_BATCH):
        batch = lines[start : start + STATEMENT_BATCH]
        writer.writerows(_statement_row(line) for line in batch)
        writer.writerow(_statement_total("本页小计", batch))
    writer.writerow(_statement_total("总计", lines))
    return text.getvalue()


def _statement_total(word: str, lines: list[_Line]) -> list[str]:
    readable = [line for line in lines if line.amount_text is None]
    quantity, amount = sum(line.quantity for line in lines), sum(line.amount_minor for line in readable)
    return [word, *([""] * 8), str(quantity), "", f"{_major(amount):,}"]


def _statement_row(line: _Line) -> list[str]:
    day = f"{line.day.year}/{line.day.month}/{line.day.day}"
    place = [_their_store(line.store), f"永盛{STORES[line.store][1]}"]
    amount = line.amount_text or f"{_major(line.amount_minor):,}"
    if line.item < 0:
        return [day, line.number, line.kind, "", *place, "", "促销服务费", "", "", "", amount]
    thing = [_their_item(line.item), ITEMS[line.item][1], _gtin(line.item)]
    return [day, line.number, line.kind, line.order, *place, *thing, str(line.quantity), f"{_major(line.price_minor)}", amount]  # fmt: skip  # noqa: E501 - one row of the file


def _their_store(store: int) -> str:
    return f"{2101 + 4 * store}"


def _their_item(item: int) -> str:
    return f"80{417 + 31 * item:05d}"


def _write_maps(pair: DemoPair) -> None:
    stores = ["ours,theirs", *(f"{code},{_their_store(place)}" for place, (code, _) in enumerate(STORES))]
    items = [
        "ours,gtin,theirs",
        *(f"{code},{_gtin(place)},{_their_item(place)}" for place, (code, _, _) in enumerate(ITEMS)),
    ]
    pair.store_map.write_text("\n".join(stores) + "\n", encoding="utf-8")
    pair.item_map.write_text("\n".join(items) + "\n", encoding="utf-8")
