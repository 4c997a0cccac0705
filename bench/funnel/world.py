"""Seeds a funnel of a given size and measures its pages; prints one line of JSON."""

import json
import os
import random
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
from keytally.funnel.services.going_on import tell_going_on  # noqa: E402
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
        "measures": reverse("funnel:measures"),
        "measures_of_a_product": reverse("funnel:measures") + "?product=P3",
        "measures_of_the_past": reverse("funnel:measures") + f"?as_of={TODAY - timedelta(days=30)}",
        "trend": reverse("funnel:measures_trend"),
        "show": reverse(
            "funnel:show",
            args=[Opportunity.objects.filter(state="OPEN").order_by("-pk").values_list("pk", flat=True)[0]],
        ),
    }
    found = {name: p95([asked(client, path) for _time in range(rounds)]) for name, path in pages.items()}
    found["move"] = p95(moves(client, rounds))
    counts = {"opportunities": opportunities, "evidence": evidence, "ended": opportunities}
    counts["stage_entries"] = StageEntry.objects.count()
    print(json.dumps({**counts, "rounds": rounds, "p95_ms": found}))


def seed(opportunities: int, evidence: int, *, owner) -> None:
    """Lay out opportunities in every stage, each with its way there and many pieces of evidence; as many have ended."""
    nodes = [
        add_account(NewAccount(kind=NodeKind.CHAIN, name_zh=f"链{number}", owner=owner), by=owner, on=TODAY, now=NOW)
        for number in range(50)
    ]
    draw = random.Random(1)
    made = [opportunity(number, draw=draw, nodes=nodes, owner=owner, ended=False) for number in range(opportunities)]
    made += [opportunity(number, draw=draw, nodes=nodes, owner=owner, ended=True) for number in range(opportunities)]
    Opportunity.objects.bulk_create([one for one, _stays in made], batch_size=500)
    StageEntry.objects.bulk_create((entry for _one, stays in made for entry in stays), batch_size=1_000)
    numbers = list(Opportunity.objects.filter(state="OPEN").order_by("pk").values_list("pk", flat=True))
    GateEvidence.objects.bulk_create(
        (
            GateEvidence(
                opportunity_id=numbers[place % opportunities],
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


def opportunity(number: int, *, draw: random.Random, nodes: list, owner, ended: bool) -> tuple[Opportunity, list]:
    """Make up an opportunity and the stays that brought it where it is; one in twenty went back once."""
    path = list(STAGES[: number % 6 + 1])
    if number % 20 == 7 and len(path) > 1:
        path += path[-2:]
    days = [draw.randrange(1, 45) for _stage in path]
    last_on = TODAY - timedelta(days=draw.randrange(0, 300) if ended else 0)
    opened_on = last_on - timedelta(days=sum(days))
    won = ended and number % 6 == 5
    one = Opportunity(
        account=nodes[number % 50],
        name=f"Opportunity {number}",
        name_words=f"opportunity {number}",
        product=f"P{number % 9}",
        amount_minor=number * 1_000,
        owner=owner,
        customer_size="SMALL_MEDIUM",
        stage=path[-1],
        state=("WON" if won else "LOST") if ended else "OPEN",
        end_reason="" if won or not ended else "PRICE",
        opened_on=opened_on,
        expected_on=TODAY + timedelta(days=number % 90),
        closed_on=last_on if ended else None,
        stage_since=last_on - timedelta(days=days[-1]),
        source="OTHER",
        touched_on=last_on if ended else TODAY - timedelta(days=number % 50),
        created_at=NOW,
    )
    stays = list(_stays(one, path, days=days, owner=owner, ended=ended))
    tell_going_on(one, stays)
    return one, stays


def _stays(one: Opportunity, path: list, *, days: list[int], owner, ended: bool):
    day = one.opened_on
    for place, (stage, stayed) in enumerate(zip(path, days, strict=True), start=1):
        is_last = place == len(path)
        back = place > 1 and STAGES.index(stage) < STAGES.index(path[place - 2])
        yield StageEntry(
            opportunity=one,
            number=place,
            stage=stage,
            direction="BACK" if back else "FORWARD",
            entered_on=day,
            entered_at=NOW,
            left_on=None if is_last and not ended else day + timedelta(days=stayed),
            by=owner,
        )
        day += timedelta(days=stayed)


def moves(client: Client, rounds: int) -> list[float]:
    """Drop cards one stage further, as the board does."""
    taken = []
    for one in Opportunity.objects.filter(stage="TARGET", state="OPEN").order_by("-pk")[:rounds]:
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
