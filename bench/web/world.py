"""A company of 2,000 people with ten years of changes, its reconciliations, requests and work, in an empty database.

    KEYTALLY_VAR=... DATABASE_URL=... python -m bench.web.world --people 2000 --years 10 --requests 10000

Prints one line of JSON: the sessions of the people who will click, and what was made.
"""

import argparse
import json
import os
import random
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import cycle
from typing import TYPE_CHECKING

from bench.web.accounts import make_accounts, pages_for
from bench.web.many_requests import add_requests

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "keytally.site.settings")

if TYPE_CHECKING:
    from keytally.core.models import User
    from keytally.people.rules.template import LinePlan, OrganisationPlan

CLICKING = {"GM": 1, "SD": 1, "NKM": 1, "RM": 3, "RKM": 3, "AM": 3, "AKM": 4, "REP": 4}
ROLES = {
    "GM": "EXECUTIVE",
    "SD": "SALES_DIRECTOR",
    "FD": "FINANCE_DIRECTOR",
    "NKM": "NATIONAL_MANAGER",
    "RM": "REGION_MANAGER",
    "RKM": "REGION_MANAGER",
    "AM": "REGION_MANAGER",
    "AKM": "ACCOUNT_MANAGER",
    "ASS": "ACCOUNT_MANAGER",
    "CM": "ACCOUNT_MANAGER",
    "FS": "RECEIVABLES_ACCOUNTANT",
    "AR": "RECEIVABLES_ACCOUNTANT",
    "PRO": "PROMOTER",
}
POSITIONS_PER_AREA = 38
AREAS_PER_REGION = 6
HELD_FOR_DAYS = 900


def main() -> None:
    import django

    parser = argparse.ArgumentParser()
    parser.add_argument("--people", type=int, default=2_000)
    parser.add_argument("--years", type=int, default=10)
    parser.add_argument("--requests", type=int, default=10_000)
    parser.add_argument("--stores", type=int, default=100_000)
    given = parser.parse_args()
    django.setup()
    from django.core.management import call_command

    call_command("migrate", interactive=False, verbosity=0)
    made = make_world(people=given.people, years=given.years, requests=given.requests, stores=given.stores)
    _settle()
    print(json.dumps(made))


def _settle() -> None:
    """Do at once what PostgreSQL's autovacuum does within minutes of such an import."""
    from django.db import connection

    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")


def make_world(*, people: int, years: int, requests: int, stores: int = 0, now: datetime | None = None) -> dict:
    """Fill an empty database; answers the sessions of those who click and the counts of what was made."""
    from keytally.people.models import Holding, Position, ReportingLine

    now = now or datetime.now(UTC)
    chance = random.Random(7)
    founded = now.date() - timedelta(days=365 * years)
    holders = _organise(people=people, founded=founded, now=now, chance=chance)
    _reconciliations(holders["REP"] + holders["AKM"], number=people, now=now)
    add_requests(holders["REP"], number=requests, by=holders["SD"][0], now=now, chance=chance)
    made = make_accounts(holders["REP"], stores=stores, now=now) if stores else {"stores": 0}
    clicking = [(role, person) for role, number in CLICKING.items() for person in holders.get(role, [])[:number]]
    return {
        "visitors": [
            {
                "role": role,
                "session": _session(person),
                "reconciles": person.may("reconcile.view"),
                "pages": pages_for(person, now=now) if stores else {},
            }
            for role, person in clicking
        ],
        "counts": {
            "positions": Position.objects.count(),
            "lines": ReportingLine.objects.count(),
            "holdings": Holding.objects.count(),
            "reconciliations": people,
            "requests": requests,
            "stores": made["stores"],
        },
    }


def _organise(*, people: int, founded: date, now: datetime, chance: random.Random) -> dict[str, list["User"]]:
    """Set up the company; each position has had several holders, each of whom held several positions."""
    from keytally.people.rules.organisation import UnitKind
    from keytally.people.rules.template import (
        HoldingPlan,
        OrganisationPlan,
        UnitPlan,
        default_template,
        plan_organisation,
    )
    from keytally.people.services.setup import set_up

    areas = max(1, people // POSITIONS_PER_AREA)
    units = [UnitPlan("HQ", UnitKind.HEAD_OFFICE, "总部", "Head office")]
    for number in range(areas):
        region = f"R{number // AREAS_PER_REGION:02}"
        if number % AREAS_PER_REGION == 0:
            units.append(UnitPlan(region, UnitKind.REGION, f"大区{region}", f"Region {region}", "HQ"))
        units.append(UnitPlan(f"A{number:03}", UnitKind.AREA, f"区域{number}", f"Area {number}", region))
    plan = plan_organisation(units, template=default_template(), counts={"REP": 23, "PRO": 12})
    everyone = _people(len(plan.positions), roles=[place.role for place in plan.positions], now=now)
    before = _former(len(plan.positions) // 2, now=now)
    holdings, holders = [], {}
    for place, person in zip(plan.positions, everyone, strict=True):
        holders.setdefault(place.role, []).append(person)
        day = founded
        while (until := day + timedelta(days=chance.randint(HELD_FOR_DAYS // 2, HELD_FOR_DAYS * 2))) < now.date():
            holdings.append(HoldingPlan(place.code, chance.choice(before).pk, day, until))
            day = until
        holdings.append(HoldingPlan(place.code, person.pk, day))
    lines = _lines(plan, founded=founded, now=now, chance=chance)
    whole = OrganisationPlan(plan.units, plan.positions, lines, tuple(holdings))
    set_up(whole, starts_on=founded, by=None, now=now)
    return holders


def _lines(plan: "OrganisationPlan", *, founded: date, now: datetime, chance: random.Random) -> tuple["LinePlan", ...]:
    """Let representatives change between the supervisor and the KA manager of their area, as row O10 allows."""
    from keytally.people.rules.organisation import LineKind

    found = []
    for line in plan.lines:
        bosses = cycle((line.boss, line.boss.replace("-ASS", "-AKM")))
        day = founded
        if line.kind is LineKind.SOLID and "-REP" in line.position:
            while (until := day + timedelta(days=chance.randint(HELD_FOR_DAYS // 2, HELD_FOR_DAYS * 2))) < now.date():
                found.append(replace(line, boss=next(bosses), starts_on=day, ends_before=until))
                day = until
        found.append(replace(line, boss=next(bosses), starts_on=day))
    return tuple(found)


def _people(number: int, *, roles: list[str], now: datetime) -> list["User"]:
    from keytally.core.models import RoleGrant, User

    made = User.objects.bulk_create(
        [
            User(username=f"u{place:05}", name=f"员工{place}", password="!", language=("zh-hans", "en")[place % 2])
            for place in range(number)
        ],
        batch_size=500,
    )
    grants = [
        RoleGrant(person=person, role=ROLES.get(role, "SALES_REP")) for person, role in zip(made, roles, strict=True)
    ]
    RoleGrant.objects.bulk_create(grants, batch_size=500)
    return made


def _former(number: int, *, now: datetime) -> list["User"]:
    from keytally.core.models import User

    return User.objects.bulk_create(
        [
            User(username=f"former{place:05}", name=f"离职{place}", password="!", is_active=False)
            for place in range(number)
        ],
        batch_size=500,
    )


def _reconciliations(owners: list["User"], *, number: int, now: datetime) -> None:
    from keytally.imports.models import ImportBatch
    from keytally.reconciliation.models import Reconciliation

    turns = cycle(owners)
    taken = [next(turns) for _place in range(number)]
    batches = ImportBatch.objects.bulk_create(
        [ImportBatch(owner=owner, created_at=now) for owner in taken for _side in (1, 2)], batch_size=500
    )
    Reconciliation.objects.bulk_create(
        [
            Reconciliation(
                name=f"永盛 {place:05}",
                owner=owner,
                created_at=now - timedelta(minutes=place),
                changed_at=now,
                ours=batches[2 * place],
                theirs=batches[2 * place + 1],
            )
            for place, owner in enumerate(taken)
        ],
        batch_size=500,
    )


def _session(person: "User") -> str:
    from django.test import Client

    client = Client()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client.cookies["sessionid"].value


if __name__ == "__main__":
    main()
