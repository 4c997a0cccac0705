"""Words of the funnel as pages show them."""

from collections.abc import Iterable
from datetime import date

from django import template
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext, pgettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from keytally.core.templatetags.keytally import money
from keytally.funnel import labels
from keytally.funnel.queries.board import Card
from keytally.funnel.refusals import criterion_name as named
from keytally.funnel.refusals import missing_sentence
from keytally.funnel.rules.gates import Criterion, GateProfile, Missing, StageRule
from keytally.funnel.rules.stages import CustomerSize, Direction, State, TeamRole

register = template.Library()

_ACTIONS = {
    "opportunity.open": _("Opened"),
    "opportunity.change": _("Changed"),
    "opportunity.owner": _("Given to another owner"),
    "opportunity.repeat": _("Opened by a repeat purchase"),
    "opportunity.evidence": _("Evidence recorded"),
    "opportunity.evidence_void": _("Evidence voided"),
    "opportunity.move": pgettext_lazy("opportunity", "Moved"),
    "opportunity.override": _("Let past a closed gate"),
    "opportunity.hand_over": _("Stage taken over"),
    "opportunity.won": _("Won"),
    "opportunity.lost": _("Lost"),
    "opportunity.stopped": _("Stopped"),
    "opportunity.resume": _("Taken up again"),
    "opportunity.team": _("Let in on the team"),
    "opportunity.team_end": _("Left the team"),
    "opportunity.need": _("Need recorded"),
    "opportunity.competitor": _("Competitor recorded"),
    "opportunity.review": _("Reviewed"),
    "opportunity.paper": _("Paper laid to it"),
}


@register.filter
def stage_name(code: str) -> str:
    """Name a stage."""
    return str(labels.stage_name(code))


@register.filter
def state_name(code: str) -> str:
    """Name a state."""
    return str(labels.STATE_LABELS[State(code)])


@register.filter
def size_name(code: str) -> str:
    """Name a customer's size."""
    return str(labels.SIZE_LABELS[CustomerSize(code)]) if code else ""


@register.filter
def direction_name(code: str) -> str:
    """Say how an opportunity came into a stage."""
    return str(labels.DIRECTION_LABELS[Direction(code)])


@register.filter
def team_role_name(code: str) -> str:
    """Name a role in the team."""
    return str(labels.TEAM_ROLE_LABELS[TeamRole(code)])


@register.filter
def source_name(code: str) -> str:
    """Name where an opportunity came from."""
    return str(labels.SOURCE_LABELS[labels.Source(code)])


@register.filter
def source_kind_name(code: str) -> str:
    """Name what evidence rests on."""
    return str(labels.SOURCE_KIND_LABELS[labels.SourceKind(code)])


@register.filter
def end_reason_name(code: str) -> str:
    """Say why an opportunity ended."""
    return str(labels.END_REASON_LABELS[labels.EndReason(code)]) if code else ""


@register.filter
def paper_name(code: str) -> str:
    """Say what a paper is."""
    return str(labels.PAPER_LABELS[labels.PaperKind(code)])


@register.filter
def need_name(code: str) -> str:
    """Name a kind of need."""
    return str(labels.NEED_LABELS[labels.NeedKind(code)])


@register.filter
def closing_name(code: str) -> str:
    """Name a fact of a complete sale."""
    return str(labels.CLOSING_LABELS[code])


@register.filter
def purpose(rule: StageRule) -> str:
    """Say what a stage is for."""
    return rule.purpose_zh if (get_language() or "").startswith("zh") else rule.purpose_en


@register.filter
def criterion_name(criterion: Criterion) -> str:
    """Name a criterion."""
    return named(criterion)


@register.simple_tag
def criterion_of(profile: GateProfile, code: str) -> str:
    """Name a criterion by its code; one that the gates do not know any more shows its code."""
    return named(profile.criteria[code]) if code in profile.criteria else code


@register.simple_tag
def missing_words(missing: Missing, profile: GateProfile) -> str:
    """Say what is missing."""
    return missing_sentence(missing, profile=profile)


@register.filter
def funnel_action(code: str) -> Promise | str:
    """Word what an audit entry says was done."""
    return _ACTIONS.get(code, code)


_GROUPS = {
    "UNQUALIFIED": _("No longer qualifies"),
    "LATE": _("Past its expected close"),
    "WAITING": _("Stages to take over"),
    "STALE": _("Stale opportunities"),
    "MOVED": _("Moved this week"),
}
_LISTS = {
    "UNION": _("Union of both lists (our default)"),
    "FIRST": _("First list: their form, our form, dated talks"),
    "SECOND": _("Second list: our form, dated talks, price objection, delivery or payment argued"),
    "OWN": _("A list of our own"),
}


@register.filter
def review_group(code: str) -> Promise | str:
    """Name a part of the weekly review."""
    return _GROUPS[code]


@register.filter
def list_name(code: str) -> Promise | str:
    """Name the list that the gate of 50 % follows (G1)."""
    return _LISTS[code]


_CARD = (
    '<a class="fun-card{}" draggable="true" tabindex="-1" data-card data-number="{}" data-stage="{}" href="{}">'
    '<strong>{}</strong><span class="muted">{}</span><span class="fun-amount">{}</span>'
    '<span class="fun-foot"><span class="{}">{}</span><span>{}</span></span></a>'
)


@register.simple_tag
def funnel_cards(cards: Iterable[Card], today: date) -> SafeString:
    """Write the cards of a column; one call for all of them keeps a board of thousands quick."""
    chinese = (get_language() or "").startswith("zh")
    words = {"bad": gettext("no longer qualifies"), "override": pgettext("card", "override"), "late": gettext("late")}
    place = reverse("funnel:show", args=[0])
    return format_html_join("", _CARD, (_cells(card, today, place, words, chinese=chinese) for card in cards))


def _cells(card: Card, today: date, place: str, words: dict[str, str], *, chinese: bool) -> tuple[object, ...]:
    amount = f"{money(card.amount_minor, card.currency)} {card.currency}" if card.amount_minor is not None else ""
    is_late = card.expected_on is not None and card.expected_on < today
    is_bad = bool(card.stage) and not card.is_qualified
    marks = [
        *((words["bad"],) if is_bad else ()),
        *((words["override"],) if card.overrides else ()),
        *((words["late"],) if is_late else ()),
    ]
    return (
        " fun-card-bad" if is_bad else "",
        card.number,
        card.stage,
        place.replace("/0/", f"/{card.number}/"),
        card.name,
        card.account_zh if chinese or not card.account_en else card.account_en,
        amount,
        "fun-mark" if marks else "",
        " · ".join(marks),
        card.owner,
    )
