"""Operations between months: what earlier ones left open, what corrections taught, and the clocks."""

from datetime import UTC, date, datetime
from typing import Any, Literal

from django.http import Http404, HttpRequest
from ninja import Query, Schema

from keytally.core.access import day_of, person_of
from keytally.core.rule_sets import rule_set
from keytally.identity.operations import Money, Page, PageQuery, Problem, StateName, operation, page_of
from keytally.reconciliation import services
from keytally.reconciliation.api.reconciliations import changeable, router, visible
from keytally.reconciliation.models import CarriedLine, LearnedRule
from keytally.reconciliation.queries import carried, learned
from keytally.reconciliation.queries.carried import Offer, Refused
from keytally.reconciliation.rule_data import CLOCKS
from keytally.reconciliation.views.history import REFUSALS


class CarriedOut(Schema):
    """A line that a month left open; its figures have the sign its own side gave them."""

    id: int
    month: str
    side: str
    name: str
    doc_no: str
    order_no: str
    store: str
    item: str
    day: date | None
    amount: Money
    state: str
    found_in: int | None
    found_by: str | None


class AnswerOut(Schema):
    """A line of this month that seems to be what an earlier one left open."""

    side: str
    line_id: str
    words: str
    amount: Money


class OfferOut(Schema):
    """Lines carried over and lines of this month that seem to be the same thing, and what is left between them."""

    number: int
    ground: str
    gap: Money
    carried: list[int]
    answers: list[AnswerOut]


class RefusedOut(Schema):
    """An offer that a person refused: what it was, by whom, when and why."""

    carried: list[str]
    answers: list[str]
    refused_by: str
    refused_at: datetime
    reason: str


class SumOut(Schema):
    """What came over in one currency, what of it was found in this month, and what is carried on."""

    opening: Money
    found: Money
    closing: Money


class CarryOverOut(Schema):
    """What a month began with."""

    sums: list[SumOut]
    offers: list[OfferOut]
    refused: list[RefusedOut]


class ChangeOut(Schema):
    """Lines of a past run that would have had another class."""

    was: str
    now: str
    lines: int


class ReplayOut(Schema):
    """What a rule would have changed in one past run."""

    reconciliation: int
    name: str
    month: str
    changes: list[ChangeOut]


class LearnedRuleOut(Schema):
    """What a person's pair taught of a chain."""

    id: int
    account: str
    kind: str
    given: str
    meaning: str
    state: str
    learned_from: int
    pairs: int
    starts_on: date | None
    ends_before: date | None
    proposed_at: datetime
    previewed_at: datetime | None
    preview: list[ReplayOut]
    decided_by: str | None
    decided_at: datetime | None
    reason: str


class RulesQuery(PageQuery):
    """Which learned rules."""

    state: StateName | None = None


class RuleDecisionIn(Schema):
    """What is done with a learned rule; one that is withdrawn holds for lines before today."""

    choice: Literal["KEEP", "REFUSE", "WITHDRAW"]
    reason: str = ""


class ClocksOut(Schema):
    """By which day of the next a month is settled, and in how many days a deduction is answered."""

    settle_by_day: int
    deduction_days: int


@operation(
    router,
    "GET",
    "/reconciliations/{int:number}/carry-over",
    permission="reconcile.view",
    response=CarryOverOut,
    summary="Read what earlier months left open and what of it this month offers",
)
def carry_over(request: HttpRequest, number: int) -> dict[str, Any]:
    read = carried.carry_over(visible(request, number), as_of=day_of(request))
    return {
        "sums": [
            {
                "opening": _money(one.opening_minor, currency),
                "found": _money(one.found_minor, currency),
                "closing": _money(one.closing_minor, currency),
            }
            for currency, one in read.sums.items()
        ],
        "offers": [_offer(one) for one in read.offers],
        "refused": [_refused(one) for one in read.refused],
    }


@operation(
    router,
    "GET",
    "/reconciliations/{int:number}/carried-lines",
    permission="reconcile.view",
    response=Page[CarriedOut],
    summary="List the lines that earlier months left open",
)
def carried_lines(request: HttpRequest, number: int, query: Query[PageQuery]) -> dict[str, Any]:
    return page_of(carried.lines_of(visible(request, number)), query=query, show=_carried)


@operation(
    router,
    "GET",
    "/reconciliations/learned-rules",
    permission="reconcile.view",
    response=Page[LearnedRuleOut],
    summary="List what corrections taught",
)
def learned_rules(request: HttpRequest, query: Query[RulesQuery]) -> dict[str, Any]:
    found = learned.visible_rules(person_of(request), day_of(request))
    return page_of(found.filter(state=query.state) if query.state else found, query=query, show=_rule)


@operation(
    router,
    "POST",
    "/reconciliations/learned-rules/{int:rule}/decision",
    permission="reconcile.run",
    response=LearnedRuleOut,
    summary="Keep, refuse or withdraw a learned rule",
)
def decide_learned_rule(request: HttpRequest, rule: int, wanted: RuleDecisionIn) -> dict[str, Any]:
    seen = learned.visible_rules(person_of(request), day_of(request))
    one = seen.filter(pk=rule).first()
    if one is None:
        raise Http404
    changeable(request, one.learned_from_id, "reconcile.run")
    by, now, reason = person_of(request), datetime.now(UTC), wanted.reason[:500]
    try:
        if wanted.choice == "KEEP":
            services.keep(rule, starts_on=None, by=by, now=now)
        elif wanted.choice == "REFUSE":
            services.refuse(rule, reason=reason, by=by, now=now)
        else:
            services.withdraw(rule, ends_before=day_of(request), reason=reason, by=by, now=now)
    except services.UnableToLearn as error:
        raise Problem(409, str(error).lower(), REFUSALS[str(error)]) from None
    return _rule(seen.get(pk=rule))


@operation(
    router,
    "GET",
    "/reconciliations/clocks",
    permission="reconcile.view",
    response=ClocksOut,
    summary="Read by when months are settled and deductions answered",
)
def reconciliation_clocks(request: HttpRequest) -> dict[str, Any]:
    return dict(rule_set(CLOCKS, as_of=day_of(request)))


def _money(minor: int, currency: str) -> dict[str, Any]:
    return {"minor": minor, "currency": currency}


def _offer(offer: Offer) -> dict[str, Any]:
    return {
        "number": offer.number,
        "ground": offer.ground,
        "gap": _money(offer.gap_minor, offer.currency),
        "carried": [one.line.pk for one in offer.carried],
        "answers": [
            {
                "side": one.side,
                "line_id": one.line_id,
                "words": one.words,
                "amount": _money(one.amount_minor, offer.currency),
            }
            for one in offer.found
        ],
    }


def _refused(one: Refused) -> dict[str, Any]:
    return {
        "carried": list(one.carried),
        "answers": list(one.found),
        "refused_by": one.by,
        "refused_at": one.at,
        "reason": one.reason,
    }


def _carried(line: CarriedLine) -> dict[str, Any]:
    names = ("month", "side", "doc_no", "order_no", "store", "item", "state")
    return {
        "id": line.pk,
        "name": line.line_class,
        "day": line.line_on,
        "amount": _money(line.amount_minor, line.currency),
        "found_in": line.found_in_id,
        "found_by": line.found_by.username if line.found_by else None,
        **{name: getattr(line, name) for name in names},
    }


def _rule(rule: LearnedRule) -> dict[str, Any]:
    names = (
        *("kind", "given", "meaning", "state", "pairs", "starts_on", "ends_before"),
        *("proposed_at", "previewed_at", "preview", "decided_at", "reason"),
    )
    return {
        "id": rule.pk,
        "account": rule.account.code,
        "learned_from": rule.learned_from_id,
        "decided_by": rule.decided_by.username if rule.decided_by else None,
        **{name: getattr(rule, name) for name in names},
    }
