"""Seeds a funnel of a given size and measures its pages; prints one line of JSON."""

import json
import os
import sys
import time
from datetime import UTC, datetime, timedelta

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "keytally.site.settings")

import django

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.urls import reverse  # noqa: E402

from keytally.accounts.rules.parties import NodeKind  # noqa: E402
from keytally.accounts.services.nodes import NewAccount, add_account  # noqa: E402
from keytally.core.clock import business_date  # noqa: E402
from keytally.core.roles import Role  # noqa: E402
from keytally.core.services import add_person  # noqa: E402
from keytally.funnel.models import GateEvidence, Opportunity, StageEntry  # noqa: E402
from keytally.funnel.rules.stages import STAGES  # noqa: E402
from keytally.funnel.services.judging import judge_all  # noqa: E402

NOW = datetime.now(UTC)
TODAY = business_date(NOW)
CRITERIA = (
    *("accepts_material", "contact_made", "visited", "need_stated", "our_team_formed", "our_standard_met"),
    *("team_and_process", "core_need", "tender_won", "price_objection", "contract_signed"),
)


def main() -> None:
    call_command("migrate", interactive=False, verbosity=0)
    opportunities, evidence, rounds = map(int, sys.argv[1:4])
    director = add_person("bench", name="Bench", password=None, roles=[Role.SALES_DIRECTOR], by=None, now=NOW)
    seed(opportunities, evidence, owner=director)
    client = Client(headers={"host": "localhost"})
    client.force_login(director)
    pages = {
        "board": reverse("funnel:board"),
        "list": reverse("funnel:list"),
        "picture": reverse("funnel:picture"),
        "show": reverse("funnel:show", args=[Opportunity.objects.order_by("-pk").values_list("pk", flat=True)[0]]),
    }
    found = {name: p95([asked(client, path) for _time in range(rounds)]) for name, path in pages.items()}
    found["move"] = p95(moves(client, rounds))
    print(json.dumps({"opportunities": opportunities, "evidence": evidence, "rounds": rounds, "p95_ms": found}))


def seed(opportunities: int, evidence: int, *, owner) -> None:
    """Lay out opportunities in every stage, each with many pieces of evidence."""
    nodes = [
        add_account(NewAccount(kind=NodeKind.CHAIN, name_zh=f"链{number}", owner=owner), by=owner, on=TODAY, now=NOW)
        for number in range(50)
    ]
    Opportunity.objects.bulk_create(
        (
            Opportunity(
                account=nodes[number % 50],
                name=f"Opportunity {number}",
                name_words=f"opportunity {number}",
                product=f"P{number % 9}",
                amount_minor=number * 1_000,
                owner=owner,
                customer_size="SMALL_MEDIUM",
                stage=STAGES[number % 6],
                opened_on=TODAY - timedelta(days=90),
                expected_on=TODAY + timedelta(days=number % 90),
                stage_since=TODAY - timedelta(days=number % 60),
                source="OTHER",
                touched_on=TODAY - timedelta(days=number % 50),
                created_at=NOW,
            )
            for number in range(opportunities)
        ),
        batch_size=500,
    )
    numbers = list(Opportunity.objects.order_by("pk").values_list("pk", "stage"))
    StageEntry.objects.bulk_create(
        (
            StageEntry(
                opportunity_id=pk,
                number=1,
                stage=stage,
                direction="FORWARD",
                entered_on=TODAY,
                entered_at=NOW,
                by=owner,
            )
            for pk, stage in numbers
        ),
        batch_size=500,
    )
    GateEvidence.objects.bulk_create(
        (
            GateEvidence(
                opportunity_id=numbers[place % opportunities][0],
                criterion=CRITERIA[place // opportunities % len(CRITERIA)],
                happened_on=TODAY - timedelta(days=place % 80),
                source_kind="OTHER",
                note="seen",
                recorded_by=owner,
                recorded_at=NOW,
            )
            for place in range(evidence)
        ),
        batch_size=500,
    )
    judge_all(as_of=TODAY)
    with connection.cursor() as cursor:
        cursor.execute("analyze")


def moves(client: Client, rounds: int) -> list[float]:
    """Drop cards one stage further, as the board does."""
    taken = []
    for one in Opportunity.objects.filter(stage="TARGET").order_by("-pk")[:rounds]:
        began = time.perf_counter()
        answer = client.post(
            reverse("funnel:drop", args=[one.pk]),
            {"to": "INTENT", "seen_in": "TARGET"},
            headers={"HX-Request": "true"},
        )
        taken.append((time.perf_counter() - began) * 1_000)
        assert answer.status_code == 200, answer.status_code
    return taken


def asked(client: Client, path: str) -> float:
    """Ask for a page; answers milliseconds."""
    began = time.perf_counter()
    answer = client.get(path)
    assert answer.status_code == 200, (path, answer.status_code)
    return (time.perf_counter() - began) * 1_000


def p95(taken: list[float]) -> float:
    """Take the 95th percentile."""
    return round(sorted(taken)[max(0, -(-len(taken) * 95 // 100) - 1)], 1)


if __name__ == "__main__":
    main()
