"""How often does each fault happen, and what does it do to a line?

A dial is one kind of fault: its share (per 100,000 orders or lines) in the easy and the hard world, and what it
changes. The shares and the faults come from ENGINE.md, FORMATS.md and spec 10; nothing here knows the engine's rules.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Dial:
    """One kind of fault.

    `number`: what happens to the order number, on `number_side`. `value`: what happens to quantity, price or amount on
    their side. `place`: what happens to store or item on their side. `lag`: when they book it. `shape`: which lines
    stand on each side (see ROLES).
    """

    kind: str
    easy: int
    hard: int
    number: str = "none"
    number_side: str = "theirs"
    value: str = "none"
    place: str = "none"
    lag: str = "prompt"
    shape: str = "single"


ORDER_DIALS = (
    Dial("number written otherwise", 1000, 1000, number="format"),
    Dial("our number written otherwise", 200, 200, number="format", number_side="ours"),
    Dial("order number mistyped on the document", 200, 300, number="typo"),
    Dial("document without order number", 80, 350, number="missing"),
    Dial("our document without order number", 20, 250, number="missing", number_side="ours"),
    Dial("document at the wrong store", 40, 40, place="wrong_store"),
    Dial("despatch never received", 60, 60, shape="ours_only"),
    Dial("receipt of no order of ours", 60, 60, shape="theirs_only"),
    Dial("document accepted late", 150, 150, lag="late"),
    Dial("document stated twice", 40, 40, shape="dup_theirs"),
    Dial("document net of tax", 40, 40, value="tax"),
)

LINE_DIALS = (
    Dial("short", 600, 600, value="short"),
    Dial("over", 150, 150, value="over"),
    Dial("price", 400, 400, value="price"),
    Dial("rounding", 400, 400, value="rounding"),
    Dial("tax basis", 40, 40, value="tax"),
    Dial("split", 300, 300, shape="split"),
    Dial("merged", 250, 250, shape="merge"),
    Dial("stated twice", 250, 250, shape="dup_theirs"),
    Dial("booked twice", 80, 80, shape="dup_ours"),
    Dial("order number mistyped", 200, 200, number="typo"),
    Dial("our order number mistyped", 50, 50, number="typo", number_side="ours"),
    Dial("without order number", 130, 500, number="missing"),
    Dial("our line without order number", 30, 200, number="missing", number_side="ours"),
    Dial("alone without order number", 50, 400, number="missing_alone"),
    Dial("ours alone without order number", 10, 300, number="missing_alone", number_side="ours"),
    Dial("accepted on the last day of the window", 60, 60, lag="edge"),
    Dial("accepted late", 100, 100, lag="late"),
    Dial("unknown item", 150, 800, place="unknown"),
    Dial("wrong store", 40, 40, place="wrong_store"),
    Dial("wrong item", 80, 80, place="wrong_item"),
    Dial("not received", 200, 200, shape="ours_only"),
    Dial("not in our books", 200, 200, shape="phantom"),
    Dial("return they booked", 60, 60, shape="return_theirs"),
    Dial("return we booked", 30, 30, shape="return_ours"),
    Dial("return both booked", 100, 100, shape="return_both"),
    Dial("cancelled and invoiced again", 80, 80, shape="cancel_same"),
    Dial("cancelled and invoiced rightly", 80, 80, shape="cancel_new"),
    Dial("cancelled for good", 50, 50, shape="cancel_only"),
    Dial("item twice in the order", 300, 300, shape="twice"),
    Dial("typo + short", 0, 100, number="typo", value="short"),
    Dial("typo + price", 0, 80, number="typo", value="price"),
    Dial("typo + rounding", 0, 40, number="typo", value="rounding"),
    Dial("short + price", 0, 150, value="mixed"),
    Dial("typo + short + price", 0, 40, number="typo", value="mixed"),
    Dial("unknown item + short", 0, 100, place="unknown", value="short"),
    Dial("unknown item + rounding", 0, 50, place="unknown", value="rounding"),
    Dial("unknown item + typo", 0, 50, place="unknown", number="typo"),
    Dial("short and late", 0, 50, value="short", lag="late"),
    Dial("wrong store + short", 0, 20, place="wrong_store", value="short"),
    Dial("split and short", 0, 60, shape="split", value="short"),
    Dial("merged and short", 0, 40, shape="merge", value="short"),
    Dial("split + typo", 0, 40, shape="split", number="typo"),
)

ROLES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "single": (("base",), ("base",)),
    "split": (("base",), ("part", "part", "part")),
    "merge": (("part", "part", "part"), ("base",)),
    "dup_theirs": (("base",), ("base", "dup")),
    "dup_ours": (("base", "dup"), ("base",)),
    "cancel_same": (("base", "first", "cancel"), ("base",)),
    "cancel_new": (("base", "wrong", "cancel_wrong"), ("base",)),
    "cancel_only": (("first", "cancel"), ()),
    "ours_only": (("base",), ()),
    "theirs_only": ((), ("base",)),
    "phantom": (("base",), ("base", "phantom")),
    "return_theirs": (("base",), ("base", "return")),
    "return_ours": (("base", "return"), ("base",)),
    "return_both": (("base", "return"), ("base", "return")),
    "twice": (("base", "more"), ("base", "more")),
}
"""Which lines a shape puts on our side and on theirs, in order of their copy number."""
