"""Who trades in the demo: chains with their places, and what is sold to them?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from stdnum import ean

HEAD_OFFICE = -1
"""The place of a line that is the head office's own."""


class Settlement(StrEnum):
    """Who receives and who pays (B02-B04)."""

    STORE = "A"
    HEAD_OFFICE = "B"
    CENTRAL = "C"


@dataclass(frozen=True, slots=True)
class Place:
    """A store as both sides call it."""

    ours: str
    theirs: str
    name: str


@dataclass(frozen=True, slots=True)
class Trader:
    """A chain with its mode, its stores, and our codes of its head office and its warehouse."""

    code: str
    name: str
    mode: Settlement
    places: Sequence[Place]
    head_office: str
    warehouse: str

    @property
    def their_head_office(self) -> str:
        """Name the head office as the chain does."""
        return f"{self.code}HQ"


@dataclass(frozen=True, slots=True)
class Annex:
    """A new part of a store that its chain books under a code of its own, which nobody told us."""

    place: int
    code: str


ANNEXES: Mapping[str, Annex] = {"YS": Annex(2, "YS9003")}


@dataclass(frozen=True, slots=True)
class Good:
    """One of the things sold: our code, its GTIN, its name, and its price with tax in minor units."""

    code: str
    gtin: str
    name: str
    price_minor: int


FAMILIES: Mapping[str, int] = {
    "原味饼干": 1890, "奶香饼干": 1990, "海苔脆": 1250, "坚果礼盒": 8800, "燕麦片": 2680,
    "豆奶粉": 2350, "山楂片": 1160, "芝麻糊": 2240, "沙琪玛": 1480, "蛋黄派": 1630,
    "威化": 1120, "薄荷糖": 690, "牛肉粒": 3280, "话梅": 1340, "锅巴": 980,
}  # fmt: skip
SIZES = ("60g", "90g", "120g", "150g", "200g", "250g", "300g", "400g", "480g", "礼装")


def goods() -> tuple[Good, ...]:
    """List the hundred and fifty things sold; the sizes of a family differ in price, but for the first two."""
    found = []
    for family, (name, price) in enumerate(FAMILIES.items()):
        for size, label in enumerate(SIZES):
            number = family * len(SIZES) + size
            digits = f"6921234{number + 10001:05d}"
            cost = price + 37 * max(size, 1) + 11 * family
            found.append(
                Good(f"HT-{number + 1001}", digits + ean.calc_check_digit(digits), f"禾田{name} {label}", cost)
            )
    return tuple(found)


def sister_of(number: int) -> int | None:
    """Name the good of the same family and price that is easily mistaken for a good."""
    size = number % len(SIZES)
    return number + 1 if size == 0 else number - 1 if size == 1 else None
