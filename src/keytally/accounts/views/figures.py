"""The page of score and concentration: who is big, and how much hangs on how few."""

from dataclasses import dataclass
from datetime import UTC, datetime

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from keytally.accounts.models import AccountNode, ScoreRecord
from keytally.accounts.queries.reach import visible_to
from keytally.accounts.queries.scores import Dependence, dependence
from keytally.accounts.rule_data import weights
from keytally.accounts.rules.parties import NodeKind
from keytally.accounts.services.figures import score_accounts
from keytally.core.access import person_of, requires
from keytally.core.clock import business_date
from keytally.core.sensitivity import may_read

MEASURES = ("SALES", "PROFIT")
WIDTH, HEIGHT = 560, 240


@dataclass(frozen=True, slots=True)
class Curve:
    """The Pareto curve as points of a picture, with the accounts in its order."""

    found: Dependence
    points: str
    steps: list[tuple[str, int, int]]


@requires("accounts.view")
@require_GET
def concentration(request: HttpRequest) -> HttpResponse:
    person, today = person_of(request), business_date(datetime.now(UTC))
    seen = visible_to(person, as_of=today)
    chains = seen.filter(kind=NodeKind.CHAIN, merged_into=None).exclude(status="CLOSED").order_by("name_sort")
    latest: dict[int, ScoreRecord] = {}
    for record in ScoreRecord.objects.filter(node__in=chains).order_by("scored_on", "pk"):
        latest[record.node_id] = record
    rows = sorted(
        ((node, latest.get(node.pk)) for node in chains),
        key=lambda row: 1 if row[1] is None or row[1].points is None else -row[1].points,
    )
    sees_measures = may_read(person, kind="account", field="measure")
    curves = [_curve(dependence(one, as_of=today, nodes=seen)) for one in MEASURES] if sees_measures else []
    context = {
        "rows": rows,
        "curves": curves,
        "sees_measures": sees_measures,
        "weights": [(part.value, weight) for part, weight in weights(as_of=today).items()],
        "may_change": person.may("accounts.change"),
        "width": WIDTH,
        "height": HEIGHT,
    }
    return render(request, "accounts/concentration.html", context)


@requires("accounts.change")
@require_POST
def score(request: HttpRequest) -> HttpResponse:
    if not AccountNode.objects.filter(kind=NodeKind.CHAIN).exists():
        raise PermissionDenied
    kept = score_accounts(as_of=business_date(datetime.now(UTC)))
    messages.success(request, _("Scores were computed; %(count)d are new.") % {"count": kept})
    return redirect("accounts:concentration")


def _curve(found: Dependence) -> Curve:
    if found.whole is None:
        return Curve(found, "", [])
    points = [f"0,{HEIGHT}"]
    points += [
        f"{step.accounts_ppm * WIDTH // 1_000_000},{HEIGHT - step.running_ppm * HEIGHT // 1_000_000}"
        for step in found.whole.steps
    ]
    steps = [(found.names.get(step.account, ""), step.figure, step.running_ppm) for step in found.whole.steps[:20]]
    return Curve(found, " ".join(points), steps)
