"""Which bars does issue 2 set, and are they met?"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

GIB = 2**30


@dataclass(frozen=True, slots=True)
class Bar:
    """One figure beside the bar it must reach; `least` is what is still acceptable, with reasons given.

    `counts` is false where the bar is set for another size: then the figure is told, not judged.
    """

    name: str
    value: float
    limit: float
    at_most: bool = False
    unit: str = ""
    least: float | None = None
    counts: bool = True

    @property
    def met(self) -> bool:
        """Say whether the bar is reached."""
        return self.value <= self.limit if self.at_most else self.value >= self.limit

    @property
    def verdict(self) -> str:
        """Say it in a word or two."""
        if not self.counts:
            return f"not judged: set for {SIZE}"
        if self.met:
            return "met"
        return "acceptable" if self.least is not None and self.value <= self.least else "NOT met"


SIZE = "10M"
QUALITY = {
    "easy": {"precision": 0.9999, "recall": 0.9995, "class_accuracy": 0.99},
    "hard": {"precision": 0.9995, "recall": 0.998, "class_accuracy": 0.97},
}


def bars(cases: Mapping[str, Mapping[str, dict]], *, size: str, lesser: str | None) -> list[Bar]:
    """List every bar that these results can answer."""
    found: list[Bar] = []
    for variant, limits in QUALITY.items():
        found += quality_bars(cases.get(f"{size}-{variant}", {}), name=f"{size}.{variant}", limits=limits)
    if lesser:
        found += [*cost_bars(cases, size=size, lesser=lesser), *reading_bars(cases, size=size, lesser=lesser)]
    return found


def quality_bars(case: Mapping[str, dict], *, name: str, limits: Mapping[str, float]) -> Iterable[Bar]:
    """Judge what was found."""
    score = case.get("keytally-parquet", {}).get("score")
    if score:
        for figure, limit in limits.items():
            yield Bar(f"{name}.{figure}", score[figure] or 0.0, limit)


def cost_bars(cases: Mapping[str, Mapping[str, dict]], *, size: str, lesser: str) -> Iterable[Bar]:
    """Judge time and memory beside the floor, and the growth from the lesser size."""
    case = cases.get(f"{size}-easy", {})
    ours, least = case.get("keytally-parquet"), case.get("floor-parquet")
    if ours and least:
        yield Bar(
            f"{size}.wall_over_floor", ours["wall"] / least["wall"], 3.5, at_most=True, least=5.0, counts=size == SIZE
        )
        yield Bar(f"{size}.peak_memory", ours["memory"] / GIB, 4.0, at_most=True, unit="GiB", counts=size == SIZE)
    small = cases.get(f"{lesser}-easy", {}).get("keytally-parquet")
    if ours and small and lesser != size:
        yield Bar(f"growth.{lesser}_to_{size}", ours["wall"] / small["wall"], 11.0, at_most=True, counts=size == SIZE)


def reading_bars(cases: Mapping[str, Mapping[str, dict]], *, size: str, lesser: str) -> Iterable[Bar]:
    """Judge what reading text and sheets adds, beside the reader's own time."""
    for form, where in (("csv", size), ("xlsx", lesser)):
        case = cases.get(f"{where}-easy", {})
        ours, parquet, bare = (case.get(name) for name in (f"keytally-{form}", "keytally-parquet", f"reading-{form}"))
        if ours and parquet and bare:
            added = (ours["wall"] - parquet["wall"]) / bare["wall"]
            yield Bar(f"{where}.{form}.added_over_reading", added, 2.0, at_most=True, counts=size == SIZE)
