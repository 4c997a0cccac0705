"""Operations about reconciliations: hand in two sides, run, and read what was found."""

from datetime import UTC, date, datetime
from typing import Any

from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _
from ninja import File, Form, Query, Router, Schema
from ninja.files import UploadedFile

from keytally.core.access import day_of, person_of
from keytally.identity.operations import Money, Page, PageQuery, Problem, StateName, operation, page_of
from keytally.reconciliation import queries, services
from keytally.reconciliation.engine.contract import Bridge
from keytally.reconciliation.forms.new import NewForm
from keytally.reconciliation.models import Reconciliation

router = Router(tags=["reconciliations"])


class ReconciliationOut(Schema):
    """Two sides, and where their comparison stands."""

    id: int
    name: str
    owner: str
    state: str
    measure: str
    tolerance: str
    window_days: int
    period: str
    account: str | None
    month: str
    deadline: date | None
    version: int
    run: int
    job: int | None
    created_at: datetime
    changed_at: datetime


class SideOut(Schema):
    """What was counted on one side: read = accepted + rejected + totals."""

    side: str
    read: int
    accepted: int
    rejected: int
    totals: int
    amount_minor: int


class ClassOut(Schema):
    """A class of lines; differences of several currencies are not told apart here, the bridges tell them."""

    name: str
    ours_lines: int
    theirs_lines: int
    amount_minor: int


class BarOut(Schema):
    """What one cause adds on the way from our balance to theirs."""

    cause: str
    amount: Money


class BridgeOut(Schema):
    """The way from our balance to theirs in one currency, exact to the cent."""

    opening: Money
    ours: Money
    theirs: Money
    bars: list[BarOut]


class ResidualsOut(Schema):
    """What did not match cleanly, summed up; empty until a run has ended."""

    state: str
    sides: list[SideOut]
    classes: list[ClassOut]
    bridges: list[BridgeOut]


class ReconciliationsQuery(PageQuery):
    """Which reconciliations."""

    state: StateName | None = None
    text: str = ""


@operation(
    router,
    "GET",
    "/reconciliations",
    permission="reconcile.view",
    response=Page[ReconciliationOut],
    summary="List reconciliations",
)
def reconciliations(request: HttpRequest, query: Query[ReconciliationsQuery]) -> dict[str, Any]:
    text = query.text[:120].replace("\x00", "")
    found = queries.filtered_reconciliations(person_of(request), day_of(request), state=query.state or "", text=text)
    return page_of(found, query=query, show=shown)


@operation(
    router,
    "POST",
    "/reconciliations",
    permission="reconcile.run",
    response=ReconciliationOut,
    summary="Hand in the files of both sides",
    is_create=True,
)
def new_reconciliation(
    request: HttpRequest,
    ours: File[list[UploadedFile]],
    theirs: File[list[UploadedFile]],
    name: Form[str] = "",
    account: Form[str] = "",
    month: Form[str] = "",
    deadline: Form[str] = "",
) -> dict[str, Any]:
    accounts = queries.accounts_to_choose(person_of(request), day_of(request))
    typed = {"name": name, "account": account, "month": month, "deadline": deadline}
    form = NewForm(typed, request.FILES, accounts=accounts)
    if not form.is_valid():
        raise Problem(422, "side_missing", " ".join(form.sentences()))
    try:
        return shown(services.open_reconciliation(form.wanted(), by=person_of(request), now=datetime.now(UTC)))
    except services.UnableToOpen as error:
        raise Problem(422, "unreadable_file", " ".join(error.sentences())) from None


@operation(
    router,
    "GET",
    "/reconciliations/{int:number}",
    permission="reconcile.view",
    response=ReconciliationOut,
    summary="Look at one",
)
def reconciliation(request: HttpRequest, number: int) -> dict[str, Any]:
    return shown(visible(request, number))


@operation(
    router,
    "GET",
    "/reconciliations/{int:number}/residuals",
    permission="reconcile.view",
    response=ResidualsOut,
    summary="Read what did not match, summed up by class and cause",
)
def residual_summary(request: HttpRequest, number: int) -> dict[str, Any]:
    found = visible(request, number)
    summary = found.summary if found.has_result else {}
    return {
        "state": found.shown_state.value,
        "sides": [{name: getattr(row, name) for name in SideOut.model_fields} for row in queries.side_counts(summary)],
        "classes": [
            {
                "name": row.token,
                "ours_lines": row.ours_lines,
                "theirs_lines": row.theirs_lines,
                "amount_minor": row.amount_minor,
            }
            for row in queries.class_rows(summary)
        ],
        "bridges": [_bridge(bridge) for bridge in queries.bridges(summary)],
    }


@operation(
    router,
    "POST",
    "/reconciliations/{int:number}/run",
    permission="reconcile.run",
    response=ReconciliationOut,
    summary="Run it; asking twice runs once",
)
def run_reconciliation(request: HttpRequest, number: int) -> dict[str, Any]:
    found = changeable(request, number)
    try:
        services.run(found, by=person_of(request), now=datetime.now(UTC))
    except services.SignedOff:
        sentence = _("This reconciliation is signed off; open it again with a reason to change it.")
        raise Problem(409, "signed_off", sentence) from None
    return shown(visible(request, number))


@operation(
    router,
    "POST",
    "/reconciliations/{int:number}/stop",
    permission="reconcile.run",
    response=ReconciliationOut,
    summary="Stop its run",
)
def stop_reconciliation(request: HttpRequest, number: int) -> dict[str, Any]:
    found = changeable(request, number)
    try:
        services.stop(found, by=person_of(request), now=datetime.now(UTC))
    except services.UnableToStop:
        raise Problem(409, "run_ended", _("The run had already ended.")) from None
    return shown(visible(request, number))


def visible(request: HttpRequest, number: int) -> Reconciliation:
    """Find a reconciliation the person may see, or answer that there is none."""
    found = queries.visible_reconciliations(person_of(request), day_of(request)).filter(pk=number).first()
    if found is None:
        raise Http404
    return found


def changeable(request: HttpRequest, number: int, permission: str = "reconcile.run") -> Reconciliation:
    """Find a reconciliation the person may change by a permission, or answer that there is none."""
    rows = queries.changeable_reconciliations(person_of(request), day_of(request), permission)
    found = rows.filter(pk=number).first()
    if found is None:
        raise Http404
    return found


def shown(found: Reconciliation) -> dict[str, Any]:
    """Show a reconciliation."""
    names = (
        "month",
        "deadline",
        "version",
        "name",
        "measure",
        "tolerance",
        "window_days",
        "period",
        "created_at",
        "changed_at",
    )
    kept = {name: getattr(found, name) for name in names}
    return {
        "id": found.pk,
        "owner": found.owner.username,
        "state": found.shown_state.value,
        "job": found.job_id,
        "account": found.account.code if found.account else None,
        "run": found.run_number,
        **kept,
    }


def _bridge(bridge: Bridge) -> dict[str, Any]:
    def money(minor: int) -> dict[str, Any]:
        return {"minor": minor, "currency": bridge.currency}

    return {
        "opening": money(bridge.opening_minor),
        "ours": money(bridge.ours_minor),
        "theirs": money(bridge.theirs_minor),
        "bars": [{"cause": bar.cause, "amount": money(bar.amount_minor)} for bar in bridge.bars],
    }
