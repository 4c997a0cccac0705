"""A hundred thousand stores with two hundred thousand contacts, and how long the pages of accounts take for them.

    python -m bench.web.accounts [--stores 100000] [--rounds 20]

fills an empty database and asks each page in one process; `make bench-web` lets 20 people click through them.
"""

import argparse
import json
import os
import time
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "keytally.site.settings")

if TYPE_CHECKING:
    from keytally.core.models import User

PAGES = {
    "accounts": "/accounts/",
    "stores": "/accounts/?kind=STORE&sort=name",
    "stores_text": "/accounts/?kind=STORE&text=%E4%B8%AD%E5%B1%B1",
    "search": "/search/?q=%E4%B8%AD%E5%B1%B1",
    "search_pinyin": "/search/?q=zhongshan",
    "search_code": "/search/?q=S0000071",
    "store": "/accounts/{store}/",
    "chain": "/accounts/{chain}/",
}
PER_CHAIN = 1_000
ROADS = ["中山", "人民", "解放", "建设", "新华", "和平", "长江", "学院", "滨河", "朝阳"]
SURNAMES, GIVEN = "王李张刘陈杨黄赵吴周", "伟芳娜敏静丽强磊军洋"


def make_accounts(owners: Sequence["User"], *, stores: int, now: datetime) -> dict[str, int]:
    """Add chains of a thousand stores each, two contacts for each store; answers a store and a chain."""
    from keytally.accounts.models import AccountNode

    chains = _chains(owners, number=max(1, stores // PER_CHAIN), now=now)
    for chain in chains:
        _stores(chain, owners, number=min(PER_CHAIN, stores), now=now)
    store = AccountNode.objects.filter(kind="STORE").order_by("pk").first()
    return {"store": store.pk, "chain": chains[0].pk, "stores": AccountNode.objects.filter(kind="STORE").count()}


def pages_for(person: "User", *, now: datetime) -> dict[str, str]:
    """Name the pages of accounts that a person clicks through: two of the accounts are ones they may see."""
    from keytally.accounts.queries.reach import visible_to

    seen = visible_to(person, as_of=now.date())
    store, chain = (seen.filter(kind=kind).order_by("pk").first() for kind in ("STORE", "CHAIN"))
    pages = {page: PAGES[page] for page in ("accounts", "stores", "stores_text", "search", "search_pinyin")}
    found = {"account_store": store, "account_chain": chain}
    return {**pages, **{page: f"/accounts/{node.pk}/" for page, node in found.items() if node}}


def _chains(owners: Sequence["User"], *, number: int, now: datetime) -> list:
    from keytally.accounts.rules.parties import NodeKind
    from keytally.accounts.services.nodes import NewAccount, add_account

    made = []
    for place in range(number):
        wanted = NewAccount(
            kind=NodeKind.CHAIN,
            name_zh=f"连锁{place:03}超市",
            code=f"K{place:03}",
            owner=owners[place % len(owners)],
        )
        made.append(add_account(wanted, by=None, on=now.date(), now=now))
    return made


def _stores(chain, owners: Sequence["User"], *, number: int, now: datetime) -> None:
    from keytally.accounts.models import AccountAncestor, AccountCode, AccountNode, Contact, PartyRoles
    from keytally.accounts.services.words import index_accounts
    from keytally.core.search import sort_key

    first = int(chain.code[1:]) * PER_CHAIN
    nodes = []
    for place in range(first, first + number):
        name = f"{chain.name_zh}{ROADS[place % 10]}{place}店"
        nodes.append(
            AccountNode(
                kind="STORE",
                code=f"S{place:07}",
                name_zh=name,
                name_sort=sort_key(name),
                parent=chain,
                chain=chain,
                status="ACTIVE",
                owner=owners[place % len(owners)],
                area_code="310105",
                address=f"{ROADS[place % 10]}路{place}号",
                floor_area=1_000_000,
                created_at=now,
            )
        )
    made = AccountNode.objects.bulk_create(nodes, batch_size=500)
    AccountAncestor.objects.bulk_create(
        [
            row
            for node in made
            for row in (
                AccountAncestor(node=node, ancestor=node, depth=0),
                AccountAncestor(node=node, ancestor=chain, depth=1),
            )
        ],
        batch_size=1000,
    )
    AccountCode.objects.bulk_create(
        [
            AccountCode(node=node, chain=chain, side="THEIRS", code=f"T{node.code}", code_plain=f"T{node.code}")
            for node in made
        ],
        batch_size=1000,
    )
    PartyRoles.objects.bulk_create(
        [
            PartyRoles(
                store=node,
                starts_on=date(2026, 1, 1),
                buyer=node,
                buyer_kind="STORE",
                ship_to=node,
                ship_to_kind="STORE",
                bill_to=chain,
                bill_to_kind="HEAD_OFFICE",
            )
            for node in made
        ],
        batch_size=500,
    )
    Contact.objects.bulk_create(
        [
            Contact(
                node=node,
                name=f"{SURNAMES[(place + side) % 10]}{GIVEN[place // 10 % 10]}{GIVEN[place // 100 % 10]}",
                decision_role="STORE_MANAGER" if side else "BUYER",
                weight=20,
                phone=f"13{side}{place:08}",
                phone_plain=f"13{side}{place:08}",
            )
            for place, node in enumerate(made, start=first)
            for side in (0, 1)
        ],
        batch_size=1000,
    )
    index_accounts(node.pk for node in made)


def main() -> None:
    import django

    parser = argparse.ArgumentParser()
    parser.add_argument("--stores", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=20)
    given = parser.parse_args()
    django.setup()
    from django.conf import settings
    from django.core.management import call_command
    from django.test import Client

    settings.ALLOWED_HOSTS = [*settings.ALLOWED_HOSTS, "testserver"]
    call_command("migrate", interactive=False, verbosity=0)
    from keytally.core.models import RoleGrant, User

    now = datetime.now(UTC)
    reps = [User.objects.create_user(f"rep{place}", None, name=f"业代{place}") for place in range(100)]
    director = User.objects.create_user("director", None, name="总监")
    RoleGrant.objects.bulk_create([RoleGrant(person=rep, role="SALES_REP") for rep in reps])
    RoleGrant.objects.create(person=director, role="SALES_DIRECTOR")
    began = time.monotonic()
    made = make_accounts(reps, stores=given.stores, now=now)
    print(json.dumps({**made, "seeding_seconds": round(time.monotonic() - began, 1)}))
    for who in (director, reps[0]):
        client = Client()
        client.force_login(who, backend="django.contrib.auth.backends.ModelBackend")
        for page, path in PAGES.items():
            _measure(client, page, path.format(**made), who=who.username, rounds=given.rounds)


def _measure(client, page: str, path: str, *, who: str, rounds: int) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client.get(path)
    spent = []
    for _round in range(rounds):
        began = time.perf_counter()
        answer = client.get(path)
        spent.append((time.perf_counter() - began) * 1000)
    with CaptureQueriesContext(connection) as queries:
        client.get(path)
    spent.sort()
    middle, late = spent[len(spent) // 2], spent[-1 - len(spent) // 20]
    name = f"accounts.{connection.vendor}.{who}.{page}"
    print(f"BENCH {name} p50 {middle:.1f} p95 {late:.1f} ms {len(queries)} queries, answered {answer.status_code}")


if __name__ == "__main__":
    main()
