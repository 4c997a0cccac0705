"""Which regions, areas and cities did someone write, one region to a line?"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from keytally.people.rules.organisation import UnitKind
from keytally.people.rules.template import UnitPlan

# 华东/East: 上海/Shanghai (上海, 苏州), 浙江/Zhejiang
_AREA = re.compile(r"[^,，、(（]+(?:[(（][^)）]*[)）])?")
_CITIES = re.compile(r"[(（]([^)）]*)[)）]")
_SEPARATORS = re.compile(r"[,，、]")
LONGEST_NAME = 60


@dataclass(frozen=True, slots=True)
class Misread:
    """A line that cannot be read, by its number from one, and why."""

    number: int
    reason: str
    text: str = ""


def read_regions(text: str, *, head_office: UnitPlan) -> tuple[list[UnitPlan], list[Misread]]:
    """Read regions with their areas and cities; every line that cannot be read is told."""
    units, misread = [head_office], list[Misread]()
    taken = {head_office.code}
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip():
            found = list(_read_line(line, head_office=head_office, taken=taken))
            long = [unit.name_zh for unit in found if len(unit.name_zh) > LONGEST_NAME or not unit.name_zh]
            misread += [Misread(number, "NAME", name[:LONGEST_NAME]) for name in long]
            units += found
    return units, misread


def _read_line(line: str, *, head_office: UnitPlan, taken: set[str]) -> Iterator[UnitPlan]:
    name, _colon, areas = line.replace("：", ":").partition(":")
    region = _unit(name, UnitKind.REGION, parent=head_office, taken=taken)
    yield region
    for part in _AREA.findall(areas):
        if part.strip():
            yield _unit(part, UnitKind.AREA, parent=region, taken=taken)


def _unit(text: str, kind: UnitKind, *, parent: UnitPlan, taken: set[str]) -> UnitPlan:
    cities = _CITIES.search(text)
    name_zh, _slash, name_en = _CITIES.sub("", text).replace("／", "/").partition("/")
    name_zh, name_en = name_zh.strip(), name_en.strip()
    code = _code(name_en or name_zh, kind, parent=parent, taken=taken)
    listed = tuple(city.strip() for city in _SEPARATORS.split(cities[1])) if cities else ()
    return UnitPlan(code, kind, name_zh, name_en or name_zh, parent.code, tuple(city for city in listed if city))


def _code(name: str, kind: UnitKind, *, parent: UnitPlan, taken: set[str]) -> str:
    """Make a code of the English name's letters, or of the unit above and a number, that nobody has yet."""
    letters = "".join(re.findall(r"[A-Za-z0-9]", name)).upper()[:12]
    basis = letters or (f"{parent.code}.A" if kind is UnitKind.AREA else "R")
    code, number = letters or f"{basis}1", 1
    while code in taken:
        number += 1
        code = f"{basis}{number}"
    taken.add(code)
    return code
