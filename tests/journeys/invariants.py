"""What must hold after every run, whatever the two ledgers say?"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from pathlib import Path

import openpyxl

from .ledgers import Ledger, Place, minor, thousandths
from .runs import Result, Row, schema

REPORT = "report.xlsx"
FILES = {
    "links.parquet",
    "residuals.parquet",
    "candidates.parquet",
    "rejected.csv",
    "summary.json",
    REPORT,
    "profile.toml",
}
CLASSES = set(
    [
        "MATCHED",
        "CANCELLED",
        "SHORT",
        "OVER",
        "PRICE",
        "MIXED",
        "ROUNDING",
        "TAX",
        "VALUE_BASIS",
        "CURRENCY",
        "WRONG_STORE",
        "WRONG_ITEM",
        "NOT_RECEIVED",
        "NOT_IN_BOOKS",
        "DUPLICATE",
        "TIMING",
        "RETURN_UNBOOKED",
        "DEDUCTION_ALLOWED",
        "DEDUCTION_OVER",
        "DEDUCTION_TAKEN",
        "DEDUCTION_UNKNOWN",
        "PAYMENT_UNBOOKED",
        "OUTSIDE_PERIOD",
        "AMBIGUOUS",
        "UNEXPLAINED",
    ]
)
OFF_BALANCE = {"TIMING", "OUTSIDE_PERIOD", "CURRENCY"}
SIDES = ("ours", "theirs")
PLACE = "STRUCT(file VARCHAR, sheet VARCHAR, row {row})"
LINK_COLUMNS = [
    "ours_file",
    "ours_sheet",
    "ours_row",
    "theirs_file",
    "theirs_sheet",
    "theirs_row",
    "ours_id",
    "theirs_id",
    "group",
    "rule",
    "confidence",
    "class",
    "amount_minor",
    "quantity",
]
RESIDUAL_COLUMNS = [
    "side",
    "file",
    "sheet",
    "row",
    "id",
    "class",
    "currency",
    "amount_minor",
    "quantity",
    "counterpart_rows",
    "components",
]
WHOLE = {"INTEGER", "BIGINT"}


def check_invariants(out: Path, ours: Ledger | None = None, theirs: Ledger | None = None, *, exit: int) -> Result:
    """Check everything the published page promises of every run, and hand back the result."""
    result = Result(out, exit)
    files = {one.name for one in out.iterdir()}
    assert files in (FILES, FILES - {REPORT})
    check_schemas(out)
    check_summary(result)
    check_residuals(result)
    check_links(result)
    check_bridges(result)
    if REPORT in files:
        check_report(out / REPORT)
    for side, ledger in zip(SIDES, (ours, theirs), strict=True):
        if ledger is not None:
            check_every_line_once(result, side, ledger)
    if ours is not None and theirs is not None:
        check_differences(result, ours, theirs)
    return result


def check_schemas(out: Path) -> None:
    """Hold the Parquet files to the published names, order and types."""
    links, residuals = schema(out / "links.parquet"), schema(out / "residuals.parquet")
    assert list(links) == LINK_COLUMNS
    assert list(residuals) == RESIDUAL_COLUMNS
    texts = ["ours_file", "ours_sheet", "theirs_file", "theirs_sheet", "ours_id", "theirs_id", "rule", "class"]
    assert {links[name] for name in texts} == {"VARCHAR"}
    assert {links["ours_row"], links["theirs_row"], residuals["row"]} <= WHOLE
    assert {residuals[name] for name in ["side", "file", "sheet", "id", "class", "currency"]} == {"VARCHAR"}
    for found in (links, residuals):
        assert (found["amount_minor"], found["quantity"]) == ("BIGINT", "BIGINT")
    assert residuals["counterpart_rows"].replace('"', "") in {PLACE.format(row=kind) + "[]" for kind in WHOLE}
    assert residuals["components"] == "STRUCT(cause VARCHAR, amount_minor BIGINT)[]"


def check_summary(result: Result) -> None:
    """Check the counts, the closed list of classes and the exit code."""
    summary = result.summary
    assert set(summary) >= {"version", "sides", "links", "classes", "bridges", "seconds", "exit"}
    assert summary["version"] == 1
    for name in SIDES:
        side = summary["sides"][name]
        assert side["read"] == side["accepted"] + side["rejected"] + side["totals"], side
        assert sum(result.classes(name).values()) == side["accepted"], summary["classes"]
    assert set(summary["classes"]) <= CLASSES
    assert summary["links"] == len(result.links)
    rejected = sum(summary["sides"][name]["rejected"] for name in SIDES)
    assert len({tuple(row[:3]) for row in result.rejected[1:]}) <= rejected <= len(result.rejected) - 1
    is_open = any(result.classes(side)[token] for side in SIDES for token in ("UNEXPLAINED", "AMBIGUOUS"))
    assert summary["exit"] == result.exit == int(is_open or rejected > 0)


def check_residuals(result: Result) -> None:
    """Check that a residual is one line with one class, and that its components make its difference."""
    places = Counter((one["side"], one["file"], one["sheet"], one["row"]) for one in result.residuals)
    assert set(places.values()) <= {1}
    ids = Counter((one["side"], one["id"]) for one in result.residuals)
    assert set(ids.values()) <= {1}
    for one in result.residuals:
        assert one["side"] in SIDES
        assert one["class"] in CLASSES - {"MATCHED"}
        assert len(one["id"]) == 32 and int(one["id"], 16) >= 0
        assert sum(part["amount_minor"] for part in one["components"] or ()) == (one["amount_minor"] or 0), one
    for side in SIDES:
        found = Counter(one["class"] for one in result.residuals if one["side"] == side)
        said = result.classes(side)
        said.pop("MATCHED", None)
        assert found == said


def check_links(result: Result) -> None:
    """Check that linked lines bear the class of their link and that a group's difference stands on its first row."""
    classes = {place(one): one["class"] for one in result.residuals}
    for one in result.links:
        for side in SIDES:
            there = (side, one[f"{side}_file"], one[f"{side}_sheet"], one[f"{side}_row"])
            assert classes.get(there, "MATCHED") == one["class"], one
        assert one["rule"]
        assert one["confidence"] is not None
    for side in SIDES:
        matched = {
            one[f"{side}_file"] + f"/{one[f'{side}_sheet']}/{one[f'{side}_row']}" for one in matched_links(result)
        }
        assert len(matched) == result.classes(side)["MATCHED"]
    seen = set()
    for one in result.links:
        if one["group"] is not None and one["group"] in seen:
            assert (one["amount_minor"] or 0, one["quantity"] or 0) == (0, 0), one
        seen.add(one["group"])
    totals: dict[str, int] = defaultdict(int)
    for one in result.residuals:
        totals[one["class"]] += one["amount_minor"] or 0
    for token, total in result.summary["classes"].items():
        assert total["amount_minor"] == totals[token], token


def matched_links(result: Result) -> Iterable[Row]:
    return (one for one in result.links if one["class"] == "MATCHED")


def place(residual: Row) -> tuple[object, ...]:
    return tuple(residual[name] for name in ("side", "file", "sheet", "row"))


def check_bridges(result: Result) -> None:
    """Check that each bridge is exact and that its bars are the sums of the components."""
    causes: dict[tuple[str, str], int] = defaultdict(int)
    for one in result.residuals:
        for part in one["components"] or ():
            causes[one["currency"], part["cause"]] += part["amount_minor"]
    bars: dict[tuple[str, str], int] = {}
    for bridge in result.summary["bridges"]:
        assert bridge["ours_minor"] - sum(bar["amount_minor"] for bar in bridge["bars"]) == bridge["theirs_minor"]
        for bar in bridge["bars"]:
            assert (bridge["currency"], bar["cause"]) not in bars
            bars[bridge["currency"], bar["cause"]] = bar["amount_minor"]
    assert {key: value for key, value in causes.items() if value} == {
        key: value for key, value in bars.items() if value
    }
    for name in SIDES:
        balances = sum(bridge[f"{name}_minor"] - bridge["opening_minor"] for bridge in result.summary["bridges"])
        with_opening = sum(bridge[f"{name}_minor"] for bridge in result.summary["bridges"])
        assert result.summary["sides"][name]["amount_minor"] in (balances, with_opening)


def check_report(path: Path) -> None:
    """Open the workbook as a reader would: nothing in it may be executed."""
    book = openpyxl.load_workbook(path)
    assert book.sheetnames
    for page in book:
        assert page.max_row <= 50_001 + 10
        for row in page.iter_rows():
            for cell in row:
                assert cell.data_type != "f", (page.title, cell.coordinate, cell.value)
    book.close()


def check_every_line_once(result: Result, side: str, ledger: Ledger) -> None:
    """Check that no line was lost: each is either a residual or in a clean link, or was rejected."""
    residual = {short(one["file"], one["sheet"], one["row"]) for one in result.residuals if one["side"] == side}
    linked = {
        short(one[f"{side}_file"], one[f"{side}_sheet"], one[f"{side}_row"])
        for one in result.links
        if one["class"] == "MATCHED"
    }
    rejected = {short(one[0], one[1], int(one[2])) for one in result.rejected[1:]}
    assert not residual & linked
    assert set(ledger.lines) - rejected == residual | linked
    if rejected & set(ledger.lines) or any(one["class"] in {"TIMING", "OUTSIDE_PERIOD"} for one in result.residuals):
        return
    for bridge in result.summary["bridges"]:
        lines = [one for one in ledger.lines.values() if (one.get("currency") or "CNY") == bridge["currency"]]
        total = sum(minor(one.get("amount", "")) for one in lines)
        assert bridge[f"{side}_minor"] in (total, total + bridge["opening_minor"])


def short(file: str, sheet: str | None, row: int) -> Place:
    """Name a place by the bare file name."""
    return (Path(file).name, sheet or None, row)


def check_differences(result: Result, ours: Ledger, theirs: Ledger) -> None:
    """Recompute the difference of every link from the lines as they were written."""
    groups: dict[object, list[Row]] = defaultdict(list)
    for number, one in enumerate(result.links):
        groups[("group", one["group"]) if one["group"] is not None else number].append(one)
    for links in groups.values():
        if links[0]["class"] in OFF_BALANCE:
            continue
        mine = {short(one["ours_file"], one["ours_sheet"], one["ours_row"]) for one in links}
        yours = {short(one["theirs_file"], one["theirs_sheet"], one["theirs_row"]) for one in links}
        for column, count, said in (("amount", minor, "amount_minor"), ("quantity", thousandths, "quantity")):
            left = sum(count(ours.lines[one].get(column, "")) for one in mine)
            right = sum(count(theirs.lines[one].get(column, "")) for one in yours)
            assert sum(one[said] or 0 for one in links) == left - right, links
