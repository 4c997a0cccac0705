"""The page of one residual: side by side with its counterparts and candidates, and everything one can do with it."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from keytally.core.access import day_of, person_of, requires
from keytally.core.templatetags.keytally import money, quantity
from keytally.reconciliation import queries
from keytally.reconciliation.engine import counterparts, results
from keytally.reconciliation.engine.results import Explanation, Line, Residual, Side
from keytally.reconciliation.labels import COLUMN_LABELS, class_label
from keytally.reconciliation.models import Decision, Reconciliation, ResidualCase
from keytally.reconciliation.templatetags.reconciliation import unit_price
from keytally.reconciliation.views import found as pages
from keytally.reconciliation.views.grid import filter_of, page_of


@dataclass(frozen=True, slots=True)
class FieldRow:
    """A field of a line beside the same field of the lines it was compared with."""

    label: Promise | str
    values: tuple[str, ...]
    differs: bool
    is_figure: bool


@dataclass(frozen=True, slots=True)
class Choice:
    """A line of the other side that a person can say something of."""

    residual: Residual
    words: dict[str, str]
    differing: frozenset[str]
    rank: int
    rule: str
    confidence: int
    version: int
    decision: Decision | None


@requires("reconcile.view")
@require_GET
def why(request: HttpRequest, number: int, side: str, line_id: str) -> HttpResponse:
    found = pages.with_result(request, number)
    if side not in set(Side):
        raise Http404
    try:
        explained = results.explanation(
            queries.pages_folder(found), published=queries.result_folder(found), side=Side(side), line_id=line_id
        )
    except results.UnableToShow as error:
        raise Http404 from error
    if explained is None:
        raise Http404
    template = "_line.html" if request.headers.get("HX-Target") == "kt-line" else "why.html"
    return render(request, f"reconciliation/{template}", _page(request, found, explained=explained))


def _page(request: HttpRequest, found: Reconciliation, *, explained: Explanation) -> dict[str, Any]:
    residual = explained.residual
    case = queries.case_of_line(found.pk, side=residual.side.value, line_id=residual.id)
    searched = request.GET.get("same_as", "")[:120].replace("\x00", "")
    kept = filter_of(request).query
    return {
        "found": found,
        "why": explained,
        "line_side": residual.side.value,
        "heading": _("Why “%(name)s”?") % {"name": class_label(residual.line_class)},
        "other_side": Side.THEIRS if residual.side is Side.OURS else Side.OURS,
        "fields": _fields(explained),
        "own": _texts(residual.line),
        "linked": _linked(found, explained),
        "candidates": _choices(found, residual, _candidates(found, residual)),
        "searched": searched,
        "answers": _choices(found, residual, _search(found, residual, searched)) if searched else [],
        "case": case,
        "version": case.version if case else 0,
        "comments": queries.comments_of(case) if case else (),
        "attachments": queries.attachments_of_case(case.pk) if case else (),
        "decisions": queries.decisions_about(found.pk, [residual.id]),
        "is_open_class": residual.line_class in counterparts.OPEN_CLASSES,
        "assignable": queries.assignable(found),
        "may_decide": not found.is_signed and pages.may(request, found, "reconcile.decide"),
        "may_comment": not found.is_signed and pages.may(request, found, "reconcile.comment"),
        "today": day_of(request).isoformat(),
        "me": person_of(request),
        "kept_all": f"{kept}&page={page_of(request)}" if kept else f"page={page_of(request)}",
        "state_done": ResidualCase.State.DONE,
    }


def _candidates(found: Reconciliation, residual: Residual) -> list[counterparts.Ranked]:
    if residual.line_class != "AMBIGUOUS":
        return []
    folder, published = queries.pages_folder(found), queries.result_folder(found)
    return counterparts.candidates_of(folder, published=published, residual=residual)


def _search(found: Reconciliation, residual: Residual, text: str) -> list[counterparts.Ranked]:
    try:
        cents = str(int(Decimal(text.replace(",", "")).scaleb(2)))
    except (InvalidOperation, ValueError, OverflowError):
        cents = ""
    return counterparts.search_counterparts(queries.pages_folder(found), residual=residual, text=text, cents=cents)


def _linked(found: Reconciliation, explained: Explanation) -> list[Choice]:
    """List the lines it was paired with that are residuals themselves, so that the pair can be accepted or refused."""
    is_ours = explained.residual.side is Side.OURS
    ids = [link.theirs_id if is_ours else link.ours_id for link in explained.links]
    known = queries.lines_by_id(found, [one for one in ids if one])
    other = Side.THEIRS if is_ours else Side.OURS
    rules = dict(zip(ids, explained.links, strict=True))
    ranked = [
        counterparts.Ranked(line, 0, rules[line_id].rule, rules[line_id].confidence)
        for (side, line_id), line in known.items()
        if side is other
    ]
    return _choices(found, explained.residual, ranked)


def _choices(found: Reconciliation, residual: Residual, ranked: list[counterparts.Ranked]) -> list[Choice]:
    if not ranked:
        return []
    ids = [one.residual.id for one in ranked]
    versions = dict(queries.cases_of(found.pk).filter(line_id__in=ids).values_list("line_id", "version"))
    decided = {
        one.theirs_id if residual.side is Side.OURS else one.ours_id: one
        for one in queries.decisions_about(found.pk, [residual.id])
    }
    own = _texts(residual.line)
    return [
        Choice(
            residual=one.residual,
            words=(words := _texts(one.residual.line)),
            differing=frozenset(name for name in words if words[name] and own[name] and words[name] != own[name]),
            rank=one.rank,
            rule=one.rule,
            confidence=one.confidence,
            version=versions.get(one.residual.id, 0),
            decision=decided.get(one.residual.id),
        )
        for one in ranked
    ]


def _fields(explained: Explanation) -> list[FieldRow]:
    lines = (explained.residual.line, *explained.compared)
    shown = [_texts(line) for line in lines]
    telling = _TELLING | _TELLING_BY_CLASS.get(explained.residual.line_class, frozenset())
    rows = [
        FieldRow(
            label=COLUMN_LABELS[field],
            values=tuple(texts[field] for texts in shown),
            differs=field in telling and _differs([texts[field] for texts in shown]),
            is_figure=field in _FIGURES,
        )
        for field in COLUMN_LABELS
        if any(texts[field] for texts in shown)
    ]
    return [*rows, FieldRow(_("File and row"), tuple(_place(line) for line in lines), differs=False, is_figure=False)]


_FIGURES = frozenset({"quantity", "unit_price", "amount"})
_TELLING = _FIGURES | {"currency"}
_TELLING_BY_CLASS: Mapping[str, frozenset[str]] = {
    "WRONG_STORE": frozenset({"store"}),
    "WRONG_ITEM": frozenset({"item", "gtin"}),
    "TIMING": frozenset({"date"}),
}


def _differs(values: list[str]) -> bool:
    """Say that a field differs where both have one; codes of two parties differ anyway and are not marked."""
    return len(values) == 2 and all(values) and values[0] != values[1]


def _texts(line: Line) -> dict[str, str]:
    currency = line.currency or "CNY"
    return {
        "doc_no": line.doc_no or "",
        "doc_type": line.doc_type or "",
        "line_no": line.line_no or "",
        "order_no": line.order_no or "",
        "store": line.store or "",
        "item": line.item or "",
        "gtin": line.gtin or "",
        "date": date_format(line.date, "Y-m-d") if line.date else "",
        "quantity": quantity(line.quantity),
        "unit_price": unit_price(line.unit_price),
        "amount": money(line.amount, currency),
        "currency": line.currency or "",
    }


def _place(line: Line) -> str:
    sheet = f" · {line.place.sheet}" if line.place.sheet else ""
    return f"{line.place.file}{sheet} · {line.place.row}"
