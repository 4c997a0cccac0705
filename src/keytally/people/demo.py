"""Who is who in the demo company? Some sixty people on three levels, three years of changes, and someone away."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from importlib import import_module
from typing import TYPE_CHECKING

from keytally.core import services as core
from keytally.core.clock import business_date
from keytally.core.demo import announce, demo
from keytally.core.roles import Role
from keytally.core.search import pinyin
from keytally.people.queries.positions import is_set_up, person_named
from keytally.people.rules.organisation import LineKind, UnitKind
from keytally.people.rules.template import (
    HoldingPlan,
    LinePlan,
    OrganisationPlan,
    PositionPlan,
    UnitPlan,
    default_template,
    plan_organisation,
)
from keytally.people.services.delegation import delegate
from keytally.people.services.setup import set_up

if TYPE_CHECKING:
    from keytally.core.models import User

UNITS = (
    UnitPlan("HQ", UnitKind.HEAD_OFFICE, "总部", "Head office"),
    UnitPlan("EAST", UnitKind.REGION, "华东", "East", "HQ"),
    UnitPlan("SOUTH", UnitKind.REGION, "华南", "South", "HQ"),
    UnitPlan("NORTH", UnitKind.REGION, "华北", "North", "HQ"),
    UnitPlan("SH", UnitKind.AREA, "上海", "Shanghai", "EAST", ("上海",)),
    UnitPlan("ZJ", UnitKind.AREA, "浙江", "Zhejiang", "EAST", ("杭州", "宁波")),
    UnitPlan("GD", UnitKind.AREA, "广东", "Guangdong", "SOUTH", ("广州", "深圳")),
    UnitPlan("FJ", UnitKind.AREA, "福建", "Fujian", "SOUTH", ("福州", "厦门")),
    UnitPlan("BJ", UnitKind.AREA, "北京", "Beijing", "NORTH", ("北京",)),
    UnitPlan("SD", UnitKind.AREA, "山东", "Shandong", "NORTH", ("济南", "青岛")),
)
COUNTS = {"CM": 2, "CTM": 2, "CTS": 2, "HCS": 2, "PRO": 1}
# The log-ins that `seed_demo` prints hold these.
LOG_INS = {
    "finance": "HQ-FD",
    "national": "HQ-NKM",
    "accountant": "HQ-AR",
    "manager": "SH-AKM",
    "rep": "SH-REP-1",
    "director": "HQ-SD",
    "region": "EAST-RKM",
}
VACANT = frozenset({"HQ-SP", "SD-PRO", "FJ-PRO", "NORTH-RKS"})
# A small company gives several roles to one person.
DOUBLED = {"HQ-SEA": "HQ-LEG", "SOUTH-RCS": "SOUTH-RKM"}
BEFORE = {"SH-AKM": "何平", "HQ-SD": "许志强"}
NAMES = """
方明远 徐慧 郭伟 马丽 林峰 高洁 罗勇 梁静 宋涛 郑洋 谢敏 韩雪 唐杰 冯雷 于芳 董磊 萧然 程颖 曹阳 袁媛
邓超 许诺 傅强 沈悦 曾毅 彭丹 吕晨 苏菲 卢凯 蒋欣 蔡明 贾宁 丁一鸣 魏来 薛刚 叶青 阎丽 余波 潘婷 杜鹃
戴维新 夏雨 钟灵 汪洋 田野 任重 姜楠 范冰 方圆 石磊 姚远 谭松 廖凡 邹平 熊伟 金鑫 陆遥 郝建 孔亮 白雪 崔健
"""
ROLES: Mapping[str, Role] = {
    "GM": Role.EXECUTIVE,
    "SD": Role.SALES_DIRECTOR,
    "NKM": Role.NATIONAL_MANAGER,
    "RM": Role.REGION_MANAGER,
    "RKM": Role.REGION_MANAGER,
    "REP": Role.SALES_REP,
    "PRO": Role.PROMOTER,
    "OC": Role.ORDER_CLERK,
    "LOG": Role.ORDER_CLERK,
    "FS": Role.RECEIVABLES_ACCOUNTANT,
    "AR": Role.RECEIVABLES_ACCOUNTANT,
    "FD": Role.FINANCE_DIRECTOR,
    **dict.fromkeys(("CM", "CTM", "CTS", "HCS", "DA", "RCS", "RKS", "AM", "AKM", "ASS"), Role.ACCOUNT_MANAGER),
}


@dataclass(frozen=True, slots=True)
class Colleague:
    """Someone of the demo company without a log-in of their own."""

    username: str
    name: str


def colleague(name: str) -> Colleague:
    """Give a colleague the user name that their name sounds like: surname, then the rest."""
    syllables = pinyin(name)
    return Colleague(f"{syllables[0]}.{''.join(syllables[1:])}", name)


COLLEAGUES = tuple(map(colleague, NAMES.split()))
LEAVERS = {code: colleague(name) for code, name in BEFORE.items()}
announce(each.username for each in (*COLLEAGUES, *LEAVERS.values()))


@demo("people")
def lay_out_company(owner: "User", now: datetime) -> str:
    """Set up the demo company where there is none."""
    if is_set_up():
        return "The demo company's organisation is there already."
    today = business_date(now)
    founded = date(today.year - 3, 1, 1)
    base = plan_organisation(UNITS, template=default_template(), counts=COUNTS)
    people = _people(base, now=now)
    left = _leavers(base, by=owner, now=now)
    holdings = tuple(_holdings(base, people, left=left, today=today))
    plan = replace(base, lines=tuple(_lines(base, today=today)), holdings=holdings)
    set_up(plan, starts_on=founded, by=owner, now=now)
    _away(people, now=now)
    held = len({holding.person for holding in plan.holdings})
    return f"The demo company has {len(plan.positions)} positions held by {held} people: see People."


def _people(plan: OrganisationPlan, *, now: datetime) -> dict[str, "User"]:
    """Find or add the holder of every position, by the position's code; who logs in is there already."""
    waiting = iter(COLLEAGUES)
    log_ins = {code: username for username, code in LOG_INS.items()}
    found: dict[str, User | None] = {}
    for place in plan.positions:
        if place.code in log_ins:
            found[place.code] = person_named(log_ins[place.code])
        elif place.code not in VACANT and place.code not in DOUBLED:
            found[place.code] = _add(next(waiting), place, now=now)
    return {code: person for code, person in found.items() if person is not None}


def _add(who: Colleague, place: PositionPlan, *, now: datetime) -> "User":
    roles = [ROLES[place.role]] if place.role in ROLES else []
    return core.add_person(who.username, name=who.name, password=None, roles=roles, by=None, now=now)


def _lines(plan: OrganisationPlan, *, today: date) -> Iterator[LinePlan]:
    """Let Shanghai be allotted to its KA manager since the spring (O10), and the analyst move to an account manager."""
    spring, next_month = date(today.year - 1, 3, 1), (today.replace(day=1) + timedelta(days=32)).replace(day=1)
    for line in plan.lines:
        is_analyst = line.position == "HQ-DA" and line.kind is LineKind.SOLID
        yield replace(line, ends_before=next_month) if is_analyst else line
    yield LinePlan("HQ-DA", "HQ-CM-1", LineKind.SOLID, starts_on=next_month)
    for code in ("SH-REP-1", "SH-REP-2"):
        yield LinePlan(code, "SH-AKM", LineKind.SOLID, city="上海", starts_on=spring)


def _leavers(plan: OrganisationPlan, *, by: "User", now: datetime) -> dict[str, "User"]:
    """Add those who held a position before and have left, by the position's code."""
    places = {place.code: place for place in plan.positions}
    left = {code: _add(who, places[code], now=now) for code, who in LEAVERS.items()}
    for person in left.values():
        core.change_person(person, name=person.name, email="", is_active=False, by=by, now=now, reason="离职 / left")
    return left


def _holdings(
    plan: OrganisationPlan, people: Mapping[str, "User"], *, left: Mapping[str, "User"], today: date
) -> Iterator[HoldingPlan]:
    """Let each position be held, two of them by someone else until last year."""
    changed = date(today.year - 1, 7, 1)
    for place in plan.positions:
        holder, before = people.get(DOUBLED.get(place.code, place.code)), left.get(place.code)
        if before is not None:
            yield HoldingPlan(place.code, before.pk, ends_before=changed)
        if holder is not None:
            yield HoldingPlan(place.code, holder.pk, starts_on=changed if before else None)


def _away(people: Mapping[str, "User"], *, now: datetime) -> None:
    """Let the region KA manager of the south be away for a week, with the national KA manager standing in."""
    away, stands_in = people["SOUTH-RKM"], people["HQ-NKM"]
    ends_at = now + timedelta(days=7)
    delegate(away, to=stands_in, starts_at=now, ends_at=ends_at, by=away, now=now, reason="年假 / annual leave")


# The papers come after the company that they are for.
import_module("keytally.people.staff_demo")
