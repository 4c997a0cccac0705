"""Operations of the workbench: lines, decisions, dry run, sign-off, opening again."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any, Literal

from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _
from ninja import Query, Schema

from keytally.core.access import person_of
from keytally.identity.operations import Money, Page, PageQuery, Problem, operation, page_of
from keytally.reconciliation import queries, services
from keytally.reconciliation.api.reconciliations import ReconciliationOut, changeable, router, shown, visible
from keytally.reconciliation.engine import results
from keytally.reconciliation.engine.results import Residual, Side, Wanted
from keytally.reconciliation.models import Decision
from keytally.reconciliation.services import deciding, signing
from keytally.reconciliation.views.deciding import DECIDE_REFUSALS
from keytally.reconciliation.views.found import conflict_sentence
from keytally.reconciliation.views.signing import refusal_sentence

LINES_A_PAGE = 100


class LineOut(Schema):
    """A line that is not cleanly matched."""

    id: str
    side: str
    name: str
    difference: Money
    doc_no: str | None
    order_no: str | None
    store: str | None
    item: str | None
    day: date | None
    file: str
    row: int


class LinesOut(Schema):
    """One page of lines, and how many there are in all."""

    lines: int
    pages: int
    items: list[LineOut]


class LinesQuery(Schema):
    """Which lines."""

    name: str = ""
    side: Literal["", "ours", "theirs"] = ""
    store: str = ""
    item: str = ""
    text: str = ""
    page: int = 1


class PairIn(Schema):
    """A line of ours and a line of theirs."""

    ours_id: str
    theirs_id: str


class DecisionIn(Schema):
    """What is said of pairs; several pairs at one stroke are a split."""

    choice: Literal["ACCEPT", "REFUSE"]
    pairs: list[PairIn]
    reason: str = ""


class DecisionOut(Schema):
    """What was said of a pair, by whom, when and why."""

    id: int
    choice: str
    origin: str
    ours_id: str
    theirs_id: str
    reason: str
    run: int
    decided_by: str
    decided_at: datetime
    withdrawn_at: datetime | None


class DecisionsOut(Schema):
    """What was kept at one stroke."""

    items: list[DecisionOut]


class SignIn(Schema):
    """A note on the statement, and the version that was read."""

    note: str = ""
    version: int | None = None


class ReopenIn(Schema):
    """Why it is opened again."""

    reason: str


@operation(
    router,
    "GET",
    "/reconciliations/{int:number}/lines",
    permission="reconcile.view",
    response=LinesOut,
    summary="List the lines that differ",
)
def lines(request: HttpRequest, number: int, query: Query[LinesQuery]) -> dict[str, Any]:
    found = visible(request, number)
    if not found.has_result:
        return {"lines": 0, "pages": 1, "items": []}
    wanted = Wanted(
        line_class=query.name or None,
        side=Side(query.side) if query.side else None,
        store=query.store[:120],
        item=query.item[:120],
        text=query.text[:120],
    )
    try:
        page = results.residual_page(
            queries.pages_folder(found), wanted=wanted, page=query.page, page_size=LINES_A_PAGE
        )
    except results.UnableToShow:
        raise Http404 from None
    return {"lines": page.lines, "pages": page.pages, "items": [_line(row) for row in page.rows]}


@operation(
    router,
    "GET",
    "/reconciliations/{int:number}/decisions",
    permission="reconcile.view",
    response=Page[DecisionOut],
    summary="List what people decided",
)
def decisions(request: HttpRequest, number: int, query: Query[PageQuery]) -> dict[str, Any]:
    return page_of(queries.all_decisions(visible(request, number).pk).order_by("pk"), query=query, show=_decision)


@operation(
    router,
    "POST",
    "/reconciliations/{int:number}/decisions",
    permission="reconcile.decide",
    response=DecisionsOut,
    summary="Accept or refuse pairs of lines",
    is_create=True,
)
def decide_lines(request: HttpRequest, number: int, wanted: DecisionIn) -> dict[str, Any]:
    changeable(request, number, "reconcile.decide")
    wish = deciding.Wish(
        pairs=[deciding.Pair(pair.ours_id[:32], pair.theirs_id[:32]) for pair in wanted.pairs],
        choice=Decision.Choice(wanted.choice),
        origin=Decision.Origin.SPLIT if len(wanted.pairs) > 1 else Decision.Origin.PROPOSED,
        reason=wanted.reason[:500],
    )
    by, now = person_of(request), datetime.now(UTC)
    made: list[Decision] = _refusing(lambda: deciding.decide(number, wish=wish, by=by, now=now))
    return {"items": [_decision(one) for one in made]}


@operation(
    router,
    "POST",
    "/reconciliations/{int:number}/dry-run",
    permission="reconcile.run",
    response=ReconciliationOut,
    summary="Read and count without comparing",
)
def dry_run(request: HttpRequest, number: int) -> dict[str, Any]:
    found = changeable(request, number, "reconcile.run")
    _refusing(lambda: services.dry_run(found, by=person_of(request), now=datetime.now(UTC)))
    return shown(visible(request, number))


@operation(
    router,
    "POST",
    "/reconciliations/{int:number}/sign-off",
    permission="reconcile.sign",
    response=ReconciliationOut,
    summary="Sign it off, or learn what is in the way",
)
def sign_off(request: HttpRequest, number: int, wanted: SignIn) -> dict[str, Any]:
    changeable(request, number, "reconcile.sign")
    by, now = person_of(request), datetime.now(UTC)
    _refusing(lambda: signing.sign_off(number, note=wanted.note[:500], by=by, now=now, seen=wanted.version))
    return shown(visible(request, number))


@operation(
    router,
    "POST",
    "/reconciliations/{int:number}/reopen",
    permission="reconcile.reopen",
    response=ReconciliationOut,
    summary="Open it again with a reason",
)
def reopen(request: HttpRequest, number: int, wanted: ReopenIn) -> dict[str, Any]:
    changeable(request, number, "reconcile.reopen")
    by, now = person_of(request), datetime.now(UTC)
    _refusing(lambda: signing.reopen(number, reason=wanted.reason[:500], by=by, now=now))
    return shown(visible(request, number))


def _refusing(act: Callable[[], Any]) -> Any:  # noqa: ANN401 - what the act answers
    """Do something, and word a refusal as a problem."""
    try:
        return act()
    except services.ChangedMeanwhile as error:
        raise Problem(409, "changed_meanwhile", conflict_sentence(error)) from None
    except services.SignedOff:
        sentence = _("This reconciliation is signed off; open it again with a reason to change it.")
        raise Problem(409, "signed_off", sentence) from None
    except deciding.UnableToDecide as error:
        raise Problem(422, error.args[0].lower(), DECIDE_REFUSALS[error.args[0]]()) from None
    except signing.UnableToSign as error:
        raise Problem(409, error.code.lower(), refusal_sentence(error)) from None
    except signing.UnableToReopen as error:
        is_reason = error.args[0] == "REASON"
        sentence = _("Say why it is opened again.") if is_reason else _("It is not signed off.")
        raise Problem(422, error.args[0].lower(), sentence) from None


def _line(row: Residual) -> dict[str, Any]:
    line = row.line
    return {
        "id": row.id,
        "side": row.side.value,
        "name": row.line_class,
        "difference": {"minor": row.amount_minor, "currency": row.currency or "CNY"},
        "doc_no": line.doc_no,
        "order_no": line.order_no,
        "store": line.store,
        "item": line.item,
        "day": line.date,
        "file": line.place.file,
        "row": line.place.row,
    }


def _decision(one: Decision) -> dict[str, Any]:
    names = ("choice", "origin", "ours_id", "theirs_id", "reason", "decided_at", "withdrawn_at")
    kept = {name: getattr(one, name) for name in names}
    return {"id": one.pk, "run": one.run_number, "decided_by": one.decided_by.username, **kept}
