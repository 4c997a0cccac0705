"""Whom does the demo company sell to? Twelve made-up chains with six hundred stores, people, promises and figures."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import count
from typing import TYPE_CHECKING

from django.db import transaction
from stdnum.cn import uscc

from keytally.accounts.labels import CodeSide, PlanStep, PromiseKind, PromiseState, Status
from keytally.accounts.models import AccountNode, ClassificationAxis
from keytally.accounts.rules.decision_map import DecisionRole, Stance
from keytally.accounts.rules.four_bigs import Part
from keytally.accounts.rules.ladder import EvidenceKind, Rung
from keytally.accounts.rules.parties import Mode, NodeKind
from keytally.accounts.rules.regions import divisions
from keytally.accounts.rules.tiers import Tier
from keytally.accounts.services import classes, contacts, figures, keepers, nodes, parties, practice
from keytally.accounts.services.words import indexed_later
from keytally.core.clock import business_date
from keytally.core.demo import demo
from keytally.core.queries import people
from keytally.kernel.periods import Period
from keytally.people.queries.organisation import organisation
from keytally.people.queries.positions import Filter, filtered_positions

if TYPE_CHECKING:
    from keytally.core.models import User


@dataclass(frozen=True, slots=True)
class City:
    """A city, its code, its centre in millionths of a degree, and the unit of ours that serves it."""

    name: str
    code: str
    north: int
    east: int
    unit: str


@dataclass(frozen=True, slots=True)
class Chain:
    """A chain of the demo: its format, mode, tier, cities, number of stores and size of a month's sales in yuan."""

    code: str
    name: str
    english: str
    store_format: str
    mode: Mode
    tier: Tier
    cities: str
    stores: int
    monthly: int


CITIES: Mapping[str, City] = {
    city.name: city
    for city in (
        City("上海", "310000", 31_230_000, 121_474_000, "SH"),
        City("杭州", "330100", 30_274_000, 120_155_000, "ZJ"),
        City("宁波", "330200", 29_868_000, 121_544_000, "ZJ"),
        City("广州", "440100", 23_129_000, 113_264_000, "GD"),
        City("深圳", "440300", 22_543_000, 114_058_000, "GD"),
        City("福州", "350100", 26_075_000, 119_296_000, "FJ"),
        City("厦门", "350200", 24_480_000, 118_089_000, "FJ"),
        City("北京", "110000", 39_904_000, 116_407_000, "BJ"),
        City("济南", "370100", 36_651_000, 117_120_000, "SD"),
        City("青岛", "370200", 36_067_000, 120_383_000, "SD"),
    )
}
CHAINS = (
    Chain("YS", "永盛", "Yongsheng", "HYPERMARKET", Mode.B, Tier.A, "上海 杭州 广州 北京 济南", 96, 180_000),
    Chain("HF", "惠丰", "Huifeng", "HYPERMARKET", Mode.C, Tier.A, "上海 宁波 深圳 福州 青岛", 82, 210_000),
    Chain("JH", "嘉禾会员店", "Jiahe Club", "WAREHOUSE_CLUB", Mode.C, Tier.A, "上海 北京 深圳", 18, 900_000),
    Chain("LJ", "乐居生活", "Leju Life", "SUPERMARKET", Mode.B, Tier.A, "上海 杭州 宁波 厦门", 74, 70_000),
    Chain("CX", "晨星便利", "Chenxing", "CONVENIENCE", Mode.C, Tier.B, "上海 杭州", 90, 9_000),
    Chain("BH", "百汇", "Baihui", "SUPERMARKET", Mode.B, Tier.B, "广州 深圳", 52, 65_000),
    Chain("HX", "海西", "Haixi", "SUPERMARKET", Mode.B, Tier.B, "福州 厦门", 46, 48_000),
    Chain("QL", "齐鲁万家", "Qilu Wanjia", "HYPERMARKET", Mode.B, Tier.B, "济南 青岛", 40, 88_000),
    Chain("JT", "京腾", "Jingteng", "SUPERMARKET", Mode.A, Tier.B, "北京", 34, 52_000),
    Chain("RM", "润美日化", "Runmei", "SPECIALIST", Mode.A, Tier.C, "上海 杭州 广州", 30, 15_000),
    Chain("FL", "福临门口", "Fulin Corner", "CONVENIENCE", Mode.A, Tier.C, "宁波 福州", 22, 6_000),
    Chain("DY", "东屿百货", "Dongyu", "DEPARTMENT_STORE", Mode.A, Tier.C, "厦门 青岛", 16, 24_000),
)
ROADS = "中山 人民 解放 建设 新华 和平 长江 学院 滨河 朝阳 文化 体育 花园 迎宾 科技"
SURNAMES, GIVEN = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗", "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平"
OPERATION = {Mode.A: "DIRECT_STORE", Mode.B: "DIRECT_STORE", Mode.C: "CENTRAL"}
# Who decides at a head office: role, job title, weight, stance, the rungs that were proved and how many days ago.
DECIDERS: tuple[tuple[DecisionRole, str, int, Stance, tuple[tuple[int, int], ...]], ...] = (
    (DecisionRole.DECISION_MAKER, "商品总监", 40, Stance.SUPPORTS, ((170, 2), (100, 3), (40, 4))),
    (DecisionRole.BUDGET_HOLDER, "财务总监", 30, Stance.NEUTRAL, ((80, 1), (60, 2))),
    (DecisionRole.BUYER, "采购经理", 20, Stance.CHAMPION, ((250, 2), (180, 3), (110, 4), (82, 4))),
    (DecisionRole.SETTLEMENT_CLERK, "结算主管", 5, Stance.SUPPORTS, ((100, 2), (20, 3))),
    (DecisionRole.OPPONENT, "自有品牌经理", 5, Stance.AGAINST, ()),
)
PROCEDURE = (
    practice.Item(3, "在供应商门户核对上月验收单", "Check last month's receipts in the supplier portal"),
    practice.Item(8, "提交对账单并取得签收", "Hand in the account statement and have it signed for"),
    practice.Item(12, "确认扣款与费用", "Agree deductions and fees"),
    practice.Item(15, "开票并录入门户", "Invoice, and enter it in the portal"),
    practice.Item(28, "付款日：核对到账金额", "Pay day: check the amount received"),
)


@dataclass(frozen=True, slots=True)
class Setting:
    """Who lays out the demo, when, and who of ours works where."""

    by: "User"
    today: date
    now: datetime
    people: Mapping[str, "User"]

    def of(self, *codes: str) -> "User":
        """Find the holder of the first of these positions that is held, else who lays out the demo."""
        return next((self.people[code] for code in codes if code in self.people), self.by)


@demo("accounts")
@transaction.atomic
def lay_out_accounts(owner: "User", now: datetime) -> str:
    """Lay out the chains of the demo company where there is no account."""
    if AccountNode.objects.exists():
        return "Accounts are kept here already."
    today = business_date(now)
    setting = Setting(owner, today, now, _people(today))
    classes.lay_out_classes()
    _regions(setting)
    numbers = count(1)
    with indexed_later():
        for place, chain in enumerate(CHAINS):
            _lay_out(chain, place=place, numbers=numbers, setting=setting)
    figures.score_accounts(as_of=today)
    stores = AccountNode.objects.filter(kind=NodeKind.STORE).count()
    return f"The demo company sells to {len(CHAINS)} chains with {stores} stores: see Accounts."


def _people(today: date) -> dict[str, "User"]:
    """Find who holds which position, by its code."""
    whole = organisation(as_of=today)
    places = {place.code: place.pk for place in filtered_positions(Filter(as_of=today))}
    known = people().in_bulk([holder for number in places.values() for holder in whole.holders(number)])
    return {code: known[held[0]] for code, number in places.items() if (held := whole.holders(number))}


def _regions(setting: Setting) -> None:
    names = {"EAST": ("华东", "East"), "SOUTH": ("华南", "South"), "NORTH": ("华北", "North")}
    areas = {city.unit: name for name, city in CITIES.items()}
    for axis, values in (
        ("region", names),
        ("area", {unit: (name, unit.title()) for unit, name in areas.items()}),
        ("office", {city.code: (f"{name}办", f"{name} office") for name, city in CITIES.items()}),
    ):
        kept = ClassificationAxis.objects.get(code=axis)
        for code, (chinese, english) in values.items():
            classes.add_value(kept, code=code, name_zh=chinese, name_en=english, by=setting.by, now=setting.now)


def _lay_out(chain: Chain, *, place: int, numbers: "count[int]", setting: Setting) -> None:
    """Lay out one chain with its head office, warehouse, companies, stores and people."""
    cities = [CITIES[name] for name in chain.cities.split()]
    leads = {Tier.A: ("HQ-CM-1", "HQ-CM-2"), Tier.B: ("EAST-RKM", "SOUTH-RKM"), Tier.C: ("SH-AKM", "GD-AKM")}[
        chain.tier
    ]
    first, second = leads if place % 2 else leads[::-1]
    lead = setting.of(first, second)
    top = _add(NodeKind.CHAIN, chain.name, chain.code, None, setting, owner=lead, english=chain.english)
    law = (f"{chain.name}商业有限公司", tax_id(place))
    head = _add(NodeKind.HEAD_OFFICE, f"{chain.name}总部", f"{chain.code}-HO", top, setting, law=law)
    warehouse = _add(NodeKind.DC, f"{chain.name}配送中心", f"{chain.code}-DC", top, setting)
    classes.set_tier(top, year=setting.today.year, tier=chain.tier, by=setting.by, now=setting.now)
    _activate(top)
    if chain.tier is not Tier.C:
        keepers.set_dedicated(
            top,
            person=lead,
            deputy=setting.of("HQ-HCS-1", "HQ-CM-2") if chain.code != "LJ" else None,
            starts_on=setting.today.replace(month=1, day=1),
            by=setting.by,
            now=setting.now,
        )
    practice.set_procedure(
        top, items=PROCEDURE, starts_on=setting.today.replace(month=1, day=1), by=setting.by, now=setting.now
    )
    _deciders(top, place=place, lead=lead, setting=setting)
    _promises(top, place=place, lead=lead, setting=setting)
    stores = []
    for city, share in zip(cities, _shares(chain.stores, len(cities)), strict=True):
        name = f"{chain.name}{city.name}公司"
        company = _add(NodeKind.COMPANY, name, f"{chain.code}-{city.unit}{city.code[2:4]}", top, setting)
        for number in range(share):
            stores.append(
                _store(chain, city, company, (head, warehouse), number=number, serial=next(numbers), setting=setting)
            )
    figures.record_measures(_figures(chain, stores, setting=setting), now=setting.now)


def _add(
    kind: NodeKind,
    name: str,
    code: str,
    parent: AccountNode | None,
    setting: Setting,
    *,
    owner: "User | None" = None,
    english: str = "",
    law: tuple[str, str] = ("", ""),
) -> AccountNode:
    wanted = nodes.NewAccount(
        kind=kind,
        name_zh=name,
        parent=parent,
        code=code,
        owner=owner,
        facts={"name_en": english},
        legal_name=law[0],
        tax_id=law[1],
    )
    return nodes.add_account(wanted, by=setting.by, on=setting.today, now=setting.now)


def _store(
    chain: Chain,
    city: City,
    company: AccountNode,
    side: tuple[AccountNode, AccountNode],
    *,
    number: int,
    serial: int,
    setting: Setting,
) -> AccountNode:
    """Add one store with its code, parties and classes; one in twenty is still a prospect, one in thirty has closed."""
    districts = divisions(under=city.code)
    district = districts[(number * 3 + serial) % len(districts)]
    roads = ROADS.split()
    road = roads[serial * 7 % len(roads)]
    facts = {
        "address": f"{road}路{serial % 290 + 1}号",
        "area_code": district.code,
        "latitude_micro": city.north + (serial * 7919 % 240_000) - 120_000,
        "longitude_micro": city.east + (serial * 6121 % 280_000) - 140_000,
        "opened_on": date(setting.today.year - 2 - serial % 9, serial % 12 + 1, serial % 27 + 1),
        "floor_area": (400 + serial * 137 % 9_000) * 1000 if chain.store_format != "CONVENIENCE" else 90_000,
        "tills": 2 + serial % 20,
        "traffic": 300 + serial * 91 % 9_000,
        "is_on_nka_list": chain.tier is Tier.A,
        "supply_layers": 1,
        "lead_days": 2,
    }
    owner = setting.of(f"{city.unit}-REP-{1 + number % 2}", f"{city.unit}-REP", f"{city.unit}-AKM")
    wanted = nodes.NewAccount(
        kind=NodeKind.STORE,
        name_zh=f"{chain.name}{city.name}{district.name.removesuffix('区')}{road}店",
        parent=company,
        code=f"S{serial:05d}",
        owner=owner,
        facts=facts,
        tax_id=tax_id(1000 + serial) if chain.mode is Mode.A else "",
        legal_name=f"{chain.name}商业{city.name}第{number + 1}分公司",
    )
    store = nodes.add_account(wanted, by=setting.by, on=setting.today, now=setting.now)
    began = max(facts["opened_on"], date(setting.today.year - 1, 1, 1))
    nodes.add_code(
        store,
        side=CodeSide.THEIRS,
        code=f"{chain.code}{1000 + serial}",
        starts_on=began,
        by=setting.by,
        now=setting.now,
    )
    head, warehouse = side
    chosen = {
        Mode.A: (store, store, store),
        Mode.B: (store, store, head),
        Mode.C: (head, warehouse, head),
    }[chain.mode]
    buyer, ship_to, bill_to = chosen
    parties.set_parties(
        store, buyer=buyer, ship_to=ship_to, bill_to=bill_to, starts_on=began, by=setting.by, now=setting.now
    )
    _classify(store, chain, city, serial=serial, setting=setting)
    if serial % 20:
        _activate(store)
    if not serial % 3:
        _store_people(store, serial=serial, owner=owner, setting=setting)
    return store


def _classify(store: AccountNode, chain: Chain, city: City, *, serial: int, setting: Setting) -> None:
    region = {"SH": "EAST", "ZJ": "EAST", "GD": "SOUTH", "FJ": "SOUTH"}.get(city.unit, "NORTH")
    values = {
        "format": chain.store_format,
        "operation": OPERATION[chain.mode],
        "cooperation": "DIRECT",
        "location": ("CENTRE", "RESIDENTIAL", "FRINGE", "SUBURB")[serial % 4],
        "store_class": ("S1", "S2", "S3")[serial % 3],
        "region": region,
        "area": city.unit,
        "office": city.code,
    }
    for axis, value in values.items():
        classes.classify(store, axis=axis, values=[value], by=setting.by, now=setting.now)


def _activate(node: AccountNode) -> None:
    """Open an account as it was before the demo began; what a store lacks is seen on its page."""
    AccountNode.objects.filter(pk=node.pk).update(status=Status.ACTIVE)


def _deciders(top: AccountNode, *, place: int, lead: "User", setting: Setting) -> None:
    """Let people decide at a chain; the further down the list of chains, the less is known of them."""
    for number, (role, title, weight, stance, proofs) in enumerate(DECIDERS[: 5 - place // 4]):
        facts = {
            "name": person_name(place * 11 + number),
            "title": title,
            "decision_role": role,
            "weight": weight,
            "stance": stance if place % 3 else Stance.NEUTRAL,
            "phone": f"1390000{place:02d}{number:02d}",
        }
        holder = lead if number != 1 or place % 4 else None
        contact = contacts.add_contact(top, facts=facts, holder=holder, by=setting.by, now=setting.now)
        for days, rung in proofs[: 4 - place % 3]:
            contacts.record_evidence(
                contact,
                on=setting.today - timedelta(days=days),
                kind=(EvidenceKind.VISIT, EvidenceKind.MEAL, EvidenceKind.PROJECT)[rung % 3],
                rung=Rung(rung),
                note=("联合陈列项目", "拜访并核对计划", "一起用餐，谈新品")[rung % 3],
                by=lead,
                today=setting.today,
                now=setting.now,
            )


def _store_people(store: AccountNode, *, serial: int, owner: "User", setting: Setting) -> None:
    facts = {
        "name": person_name(serial),
        "title": "店长",
        "decision_role": DecisionRole.STORE_MANAGER,
        "weight": 20,
        "stance": Stance.SUPPORTS,
        "phone": f"138{serial:08d}",
    }
    contacts.add_contact(store, facts=facts, holder=owner, by=setting.by, now=setting.now)


def _promises(top: AccountNode, *, place: int, lead: "User", setting: Setting) -> None:
    """Promise things and ask in return; one in four was broken, the first two steps of development are done."""
    said = (
        (PromiseKind.PROMOTION, "国庆档期堆头支持", "两个端架位置一个月", 12),
        (PromiseKind.NEW_PRODUCT, "新品首发供货", "首月主推陈列", -20),
    )
    for number, (kind, promised, asked, due) in enumerate(said):
        pledge = practice.Pledge(kind, promised, asked, setting.today + timedelta(days=due + place))
        kept = practice.promise(
            top, pledge=pledge, owner=lead, by=lead, on=setting.today - timedelta(days=40), now=setting.now
        )
        if number:
            state = PromiseState.BROKEN if place % 4 == 3 else PromiseState.KEPT
            practice.answer_promise(kept, state=state, evidence="门店照片", by=lead, on=setting.today, now=setting.now)
    for step in (PlanStep.CHOOSE, PlanStep.MAP)[: 2 - place // 8]:
        practice.set_development_step(
            top,
            step=step,
            evidence="评分与决策图已核对",
            owner=lead,
            due_on=None,
            done_on=setting.today - timedelta(days=30),
            by=lead,
            now=setting.now,
        )
    if place % 5 == 0:
        figures.judge_part(
            top,
            part=Part.POTENTIAL,
            points=60 + place,
            reason="新区域开店计划",
            by=lead,
            on=setting.today,
            now=setting.now,
        )


def _figures(chain: Chain, stores: Sequence[AccountNode], *, setting: Setting) -> Iterator[figures.Measured]:
    """Sell two years by the month, a little more each year, with a tenth of it left as profit."""
    for back in range(1, 25):
        month = _month_before(setting.today, back)
        for number, store in enumerate(stores):
            season = 100 + (number * 13 + back * 7) % 41 - 20 + (12 if back <= 12 else 0)
            sales = chain.monthly * season
            yield figures.Measured(store.pk, "SALES", month, sales, "demo", "CNY")
            if back <= 12:
                yield figures.Measured(store.pk, "PROFIT", month, sales * (6 + number % 9) // 100, "demo", "CNY")


def _month_before(today: date, back: int) -> Period:
    months = today.year * 12 + today.month - 1 - back
    return Period.month(f"{months // 12:04d}-{months % 12 + 1:02d}")


def _shares(whole: int, parts: int) -> list[int]:
    return [whole // parts + (1 if part < whole % parts else 0) for part in range(parts)]


def tax_id(number: int) -> str:
    """Make up a tax id with a right check digit, of an office that gives none out."""
    body = f"92990000MA{number:07d}"
    return body + uscc.calc_check_digit(body)


def person_name(number: int) -> str:
    """Make up a name."""
    return (
        SURNAMES[number % len(SURNAMES)]
        + GIVEN[number * 3 % len(GIVEN)]
        + (GIVEN[number * 7 % len(GIVEN)] if number % 2 else "")
    )
