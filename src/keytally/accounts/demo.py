"""Whom does the demo company sell to? Twelve made-up chains with six hundred stores, people, promises and figures."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import count
from typing import TYPE_CHECKING

from django.db import transaction

from keytally.accounts.demo_chains import (
    CHAINS,
    CITIES,
    DECIDERS,
    OPERATION,
    PROCEDURE,
    ROADS,
    Chain,
    City,
    person_name,
    tax_id,
)
from keytally.accounts.demo_visits import lay_out_visits
from keytally.accounts.labels import CodeSide, Department, MatterState, PlanStep, PromiseKind, PromiseState, Status
from keytally.accounts.models import AccountNode, ClassificationAxis
from keytally.accounts.rules.decision_map import DecisionRole, Stance
from keytally.accounts.rules.four_bigs import Part
from keytally.accounts.rules.ladder import EvidenceKind, Rung
from keytally.accounts.rules.parties import Mode, NodeKind
from keytally.accounts.rules.regions import divisions
from keytally.accounts.rules.tiers import Tier
from keytally.accounts.services import (
    classes,
    codes,
    contacts,
    coordination,
    figures,
    keepers,
    nodes,
    parties,
    practice,
)
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
    areas = {"SH": ("上海", "Shanghai"), "ZJ": ("浙江", "Zhejiang"), "GD": ("广东", "Guangdong")}
    areas |= {"FJ": ("福建", "Fujian"), "BJ": ("北京", "Beijing"), "SD": ("山东", "Shandong")}
    for axis, values in (
        ("region", names),
        ("area", areas),
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
    for node in (top, head, warehouse):
        _activate(node)
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
        _activate(company)
        for number in range(share):
            stores.append(
                _store(chain, city, company, (head, warehouse), number=number, serial=next(numbers), setting=setting)
            )
    lay_out_visits(top, stores, place=place, lead=lead, today=setting.today, now=setting.now)
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
    _settle(store, chain, side, serial=serial, setting=setting)
    _classify(store, chain, city, serial=serial, setting=setting)
    if serial % 20:
        _activate(store)
    if not serial % 3:
        _store_people(store, serial=serial, owner=owner, setting=setting)
    return store


def _settle(
    store: AccountNode, chain: Chain, side: tuple[AccountNode, AccountNode], *, serial: int, setting: Setting
) -> None:
    """Give a store its code at the chain, and the parties of the chain's mode."""
    began = max(store.opened_on or setting.today, date(setting.today.year - 1, 1, 1))
    codes.add_code(
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
    _matters(top, place=place, lead=lead, setting=setting)
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


def _matters(top: AccountNode, *, place: int, lead: "User", setting: Setting) -> None:
    """Let logistics and finance settle something for every other chain; the first was solved."""
    said = (
        (Department.LOGISTICS, "配送中心要求送货提前到上午十点前", -9, "改走早班车"),
        (Department.FINANCE, "客户要求每月五日前寄出发票清单", 6, ""),
    )
    for department, text, due, solved in said[: place % 3]:
        day = setting.today - timedelta(days=20)
        matter = coordination.Matter(department, text, due_on=setting.today + timedelta(days=due))
        kept = coordination.raise_matter(top, matter=matter, owner=lead, by=lead, on=day, now=setting.now)
        if solved:
            on = setting.today - timedelta(days=11)
            coordination.answer_matter(kept, state=MatterState.SOLVED, answer=solved, by=lead, on=on, now=setting.now)


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
