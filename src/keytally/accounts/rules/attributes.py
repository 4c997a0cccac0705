"""Which columns has the customer base file S1, what may stand in them, and what must? (O12-O14)

"Must" holds before a store becomes active; an import may bring one in as a draft without.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from keytally.accounts.rules.codes import checked_number
from keytally.accounts.rules.contact_cells import Named, people_in
from keytally.exchange.headers import plain_name
from keytally.exchange.values import Figure, read_date, read_figure

Value = str | int | date | bool | tuple[Named, ...] | None
# What stands in a file in the place of something that whoever took it away may not see.
HIDDEN = "•••"


class Type(StrEnum):
    """What stands in a column."""

    TEXT = "TEXT"
    COUNT = "COUNT"
    QUANTITY = "QUANTITY"
    DEGREES = "DEGREES"
    DAY = "DAY"
    FLAG = "FLAG"
    CODE = "CODE"
    CODES = "CODES"
    NUMBER = "NUMBER"
    PEOPLE = "PEOPLE"


class Must(StrEnum):
    """When a column must be filled before the store becomes active."""

    NEVER = "NEVER"
    ALWAYS = "ALWAYS"
    BILL_TO = "BILL_TO"
    CENTRAL = "CENTRAL"


@dataclass(frozen=True, slots=True)
class Attribute:
    """A column: its identifier, its headers in both languages, its type and rule."""

    code: str
    name_zh: str
    name_en: str
    type: Type = Type.TEXT
    must: Must = Must.NEVER
    most: int = 80
    is_personal: bool = False
    synonyms: tuple[str, ...] = ()

    @property
    def headers(self) -> tuple[str, ...]:
        """List every header under which the column is known."""
        return (self.code, self.name_zh, self.name_en, *self.synonyms)


S1: tuple[Attribute, ...] = (
    Attribute("chain", "系统", "Chain", must=Must.ALWAYS, synonyms=("零售系统", "连锁", "客户系统", "brand")),
    Attribute("company", "分公司", "Regional company"),
    Attribute("code", "门店编码(我方)", "Our code", must=Must.ALWAYS, most=20, synonyms=("我方编码", "our_code")),
    Attribute("their_code", "门店编码(客户)", "Their code", must=Must.ALWAYS, most=30, synonyms=("客户编码", "店号")),
    Attribute("their_code_from", "客户编码起", "Their code from", Type.DAY),
    Attribute("their_code_to", "客户编码止", "Their code to", Type.DAY),
    Attribute(
        "name_zh",
        "门店名称",
        "Name (Chinese)",
        must=Must.ALWAYS,
        synonyms=("门店名称(中)", "店名", "store_name", "name"),
    ),
    Attribute("name_en", "门店名称(英)", "Name (English)"),
    Attribute("gln", "GLN", "GLN", Type.NUMBER, most=13),
    Attribute("tax_id", "统一社会信用代码", "Tax id", Type.NUMBER, must=Must.BILL_TO, most=18, synonyms=("税号",)),
    Attribute("format", "业态", "Format", Type.CODE, must=Must.ALWAYS),
    Attribute("account_tier", "客户等级", "Tier", Type.CODE, must=Must.ALWAYS, most=1),
    Attribute("nka_data", "NKA数据系统", "On the NKA data list", Type.FLAG, must=Must.ALWAYS),
    Attribute("store_class", "门店分级", "Store class", Type.CODE, must=Must.ALWAYS),
    Attribute("area_code", "行政区划代码", "Area code", must=Must.ALWAYS, most=6, synonyms=("省/市/区",)),
    Attribute("address", "地址", "Address", must=Must.ALWAYS, most=200, synonyms=("门店地址",)),
    Attribute("lat", "纬度", "Latitude", Type.DEGREES, synonyms=("latitude",)),
    Attribute("lng", "经度", "Longitude", Type.DEGREES, synonyms=("longitude", "lon")),
    Attribute("location", "位置类型", "Location", Type.CODE),
    Attribute("categories", "经营品类", "Categories sold", Type.CODES),
    Attribute("floor_area", "营业面积", "Floor area, m²", Type.QUANTITY, synonyms=("营业面积(m²)",)),
    Attribute("tills", "收银台数", "Tills", Type.COUNT),
    Attribute("traffic", "日均客流", "Customers a day", Type.COUNT),
    Attribute("opened_on", "开业日", "Opened on", Type.DAY, must=Must.ALWAYS, synonyms=("开业日期",)),
    Attribute("closed_on", "闭店日", "Closed on", Type.DAY, synonyms=("闭店日期",)),
    Attribute("state", "状态", "State", Type.CODE),
    Attribute("operation", "配送模式", "Operation", Type.CODE, must=Must.ALWAYS, synonyms=("运作模式",)),
    Attribute("dc", "配送仓", "DC", must=Must.CENTRAL, most=20),
    Attribute("supplier", "供货方", "Supplied by", must=Must.ALWAYS, most=120),
    Attribute("supply_layers", "供货层级数", "Supply layers", Type.COUNT),
    Attribute("buyer", "下单方", "Buyer", must=Must.ALWAYS),
    Attribute("ship_to", "收货方", "Ship-to", must=Must.ALWAYS),
    Attribute("bill_to", "结账方", "Bill-to", must=Must.ALWAYS),
    Attribute("from", "三方关系起", "Parties from", Type.DAY, must=Must.ALWAYS, synonyms=("结算起始日",)),
    Attribute("dock_hours", "收货时段", "Dock hours"),
    Attribute("order_days", "订货日", "Order days", most=40),
    Attribute("lead_days", "送货周期(天)", "Lead time, days", Type.COUNT),
    Attribute(
        "contacts", "店长/课长/收货/财务", "Contacts", Type.PEOPLE, most=500, is_personal=True, synonyms=("联系人",)
    ),
    Attribute("region", "大区", "Region", Type.CODE, must=Must.ALWAYS),
    Attribute("area", "区域", "Area", Type.CODE, must=Must.ALWAYS),
    Attribute("office", "区办", "Office", Type.CODE, must=Must.ALWAYS),
    Attribute("sales_rep", "KA业代", "KA representative", must=Must.ALWAYS, most=150),
    Attribute("promoter", "促销员", "Promoter", most=150),
    Attribute("phone", "电话", "Phone", most=40),
)
BY_CODE: Mapping[str, Attribute] = {attribute.code: attribute for attribute in S1}

ACCOUNTS: tuple[Attribute, ...] = (
    Attribute("kind", "类型", "Kind", Type.CODE, most=40),
    Attribute("parent", "上级", "Parent", most=80),
    Attribute("code", "编码", "Code", most=20, synonyms=("our_code", "我方编码")),
    Attribute(
        "name_zh", "名称", "Name (Chinese)", synonyms=("display_name", "brand_zh", "系统名称", "客户名称", "name")
    ),
    Attribute("name_en", "英文名称", "Name (English)", synonyms=("brand_en",)),
    BY_CODE["tax_id"],
    Attribute("legal_name", "开票名称", "Name in law", most=120),
    BY_CODE["gln"],
    Attribute("account_tier", "客户等级", "Tier", Type.CODE, most=1),
    BY_CODE["nka_data"],
    BY_CODE["address"],
    BY_CODE["area_code"],
    BY_CODE["phone"],
    Attribute("owner", "负责人", "Owner", most=150),
)
CONTACTS: tuple[Attribute, ...] = (
    Attribute("account", "客户", "Account", most=80, synonyms=("门店", "客户编码", "store")),
    Attribute("name", "姓名", "Contact name", most=60, is_personal=True),
    Attribute("title", "职务", "Job title", most=60),
    Attribute("decision_role", "决策角色", "Role in the decision", Type.CODE, most=40),
    Attribute("weight", "决策权重", "Weight", Type.COUNT),
    Attribute("stance", "态度", "Stance", Type.CODE, most=40),
    Attribute("phone", "电话", "Phone", most=40, is_personal=True, synonyms=("手机",)),
    Attribute("email", "邮箱", "E-mail", most=120, is_personal=True),
)
MEASURES: tuple[Attribute, ...] = (
    Attribute("account", "客户", "Account", most=80, synonyms=("门店", "客户编码", "系统", "store")),
    Attribute("measure", "指标", "Measure", most=40),
    Attribute("month", "月份", "Month", most=7),
    Attribute("figure", "数值", "Figure", most=30, synonyms=("金额",)),
    Attribute("currency", "币种", "Currency", most=3),
)

COLUMNS: Mapping[str, tuple[Attribute, ...]] = {
    "STORES": S1,
    "ACCOUNTS": ACCOUNTS,
    "CONTACTS": CONTACTS,
    "MEASURES": MEASURES,
}

_YES = frozenset({"y", "yes", "true", "1", "是", "√"})
_NO = frozenset({"n", "no", "false", "0", "否", "x"})


@dataclass(frozen=True, slots=True)
class Fault:
    """A cell that cannot be read, and why."""

    column: str
    value: str
    code: str


def read_cell(attribute: Attribute, text: str) -> Value | Fault:
    """Read a cell by the rule of its column; blank is nothing, and so is what was hidden when the file was taken.

    >>> read_cell(BY_CODE["lat"], "31.229093"), read_cell(BY_CODE["tills"], "-3")
    (31229093, Fault(column='tills', value='-3', code='NO_COUNT'))
    """
    bare = text.strip()
    if not bare or bare == HIDDEN:
        return None
    if attribute.type in (Type.TEXT, Type.CODE, Type.CODES, Type.PEOPLE) and len(bare) > attribute.most:
        return Fault(attribute.code, text, "TOO_LONG")
    found = _READERS.get(attribute.type, _as_text)(attribute, bare)
    return found


def proposed(names: Sequence[str], *, attributes: Sequence[Attribute]) -> dict[str, int]:
    """Propose which column of a file is which attribute, by its header: the best-known header wins.

    >>> proposed(["chain", "store_name", "lat"], attributes=S1)
    {'chain': 0, 'name_zh': 1, 'lat': 2}
    """
    places = {plain_name(name): place for place, name in reversed(list(enumerate(names))) if name}
    found: dict[str, int] = {}
    for attribute in attributes:
        place = next((places[plain_name(one)] for one in attribute.headers if plain_name(one) in places), None)
        if place is not None and place not in found.values():
            found[attribute.code] = place
    return found


def missing(facts: Mapping[str, object], *, is_bill_to: bool, is_central: bool) -> tuple[str, ...]:
    """List the columns that must be filled before the store becomes active and are not."""
    asked = {Must.ALWAYS: True, Must.BILL_TO: is_bill_to, Must.CENTRAL: is_central, Must.NEVER: False}
    return tuple(one.code for one in S1 if asked[one.must] and facts.get(one.code) in (None, ""))


def _as_text(_attribute: Attribute, text: str) -> Value | Fault:
    return text


def _as_count(attribute: Attribute, text: str) -> Value | Fault:
    found = read_figure(text, decimals=0, marks="")
    if isinstance(found, Figure) and not found.rounded and 0 <= found.scaled < 2**31:
        return found.scaled
    return Fault(attribute.code, text, "NO_COUNT")


def _as_quantity(attribute: Attribute, text: str) -> Value | Fault:
    found = read_figure(text.removesuffix("m²").removesuffix("㎡").strip(), decimals=3, marks="")
    if isinstance(found, Figure) and found.scaled >= 0:
        return found.scaled
    return Fault(attribute.code, text, "NO_QUANTITY")


def _as_degrees(attribute: Attribute, text: str) -> Value | Fault:
    found = read_figure(text, decimals=6, marks="")
    most = 90_000_000 if attribute.code == "lat" else 180_000_000
    if isinstance(found, Figure) and abs(found.scaled) <= most:
        return found.scaled
    return Fault(attribute.code, text, "NO_POSITION")


def _as_day(attribute: Attribute, text: str) -> Value | Fault:
    found = read_date(text)
    return found if isinstance(found, date) else Fault(attribute.code, text, "NO_DAY")


def _as_flag(attribute: Attribute, text: str) -> Value | Fault:
    bare = text.casefold()
    if bare in _YES or bare in _NO:
        return bare in _YES
    return Fault(attribute.code, text, "NO_FLAG")


def _as_number(attribute: Attribute, text: str) -> Value | Fault:
    kind = "GLN" if attribute.code == "gln" else "TAX_ID"
    number, reason = checked_number(kind, text)
    return Fault(attribute.code, text, reason) if reason else number


def _as_people(attribute: Attribute, text: str) -> Value | Fault:
    found = people_in(text)
    return Fault(attribute.code, text, "NO_CONTACTS") if found is None else found


_READERS = {
    Type.COUNT: _as_count,
    Type.QUANTITY: _as_quantity,
    Type.DEGREES: _as_degrees,
    Type.DAY: _as_day,
    Type.FLAG: _as_flag,
    Type.NUMBER: _as_number,
    Type.PEOPLE: _as_people,
}
