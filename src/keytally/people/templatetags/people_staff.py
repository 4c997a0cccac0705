"""Words and panels of people's papers, for pages of people and of those above."""

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from django import template
from django.db.models import Model, Q

from keytally.core.access import person_of
from keytally.core.clock import business_date
from keytally.people.languages import in_language
from keytally.people.measures import measure
from keytally.people.queries import duties as duty_queries
from keytally.people.queries import handbook as handbook_queries
from keytally.people.queries import handover as handover_queries
from keytally.people.queries import training as training_queries
from keytally.people.queries.members import followed_people, roles_of
from keytally.people.rules.documents import SignOff, Standing, Step
from keytally.people.rules.training import Due, Proof
from keytally.people.staff_words import ACTIONS, DUES, STANDINGS, step_label

if TYPE_CHECKING:
    from keytally.core.models import User
    from keytally.people.rules.duties import Description, Duty
    from keytally.people.rules.handbook import Section

register = template.Library()

MOST_RESULTS = 20

_STANDING_CLASSES = {
    Standing.DRAFT: "kt-state-draft",
    Standing.IN_SIGN_OFF: "state-running",
    Standing.COMING: "state-stopping",
    Standing.IN_FORCE: "state-done",
    Standing.WITHDRAWN: "state-failed",
}
_DUE_CLASSES = {
    Due.DONE: "state-done",
    Due.OVERDUE: "state-failed",
    Due.RENEW_SOON: "state-stopping",
    Due.TO_DO: "",
}


@register.filter
def staff_action(code: str) -> str:
    """Word what an audit entry about people's papers says was done."""
    return str(ACTIONS.get(code, code))


@register.filter
def standing_words(standing: Standing) -> str:
    """Word what a version is."""
    return str(STANDINGS[standing])


@register.filter
def standing_class(standing: Standing) -> str:
    """Choose the sign of what a version is."""
    return _STANDING_CLASSES.get(standing, "")


@register.filter
def due_words(due: Due) -> str:
    """Word how somebody stands with a course."""
    return str(DUES[due])


@register.filter
def due_class(due: Due) -> str:
    """Choose the sign of how somebody stands with a course."""
    return _DUE_CLASSES[due]


@register.filter
def proof_words(proof: Proof | str) -> str:
    """Word what shows that somebody was trained."""
    from keytally.people.models import TrainingRecord

    return str(TrainingRecord.PROOFS[Proof(proof)])


@register.filter
def step_words(step: Step | str, sign_off: str) -> str:
    """Name a step as its sign-off calls it."""
    return str(step_label(Step(step), sign_off=SignOff(sign_off)))


@register.filter
def title_of(thing: "Description | Section") -> str:
    """Give a title in the reader's language."""
    return in_language(thing.title_zh, thing.title_en)


@register.filter
def text_of(thing: "Duty | Section") -> str:
    """Give a text in the reader's language."""
    return in_language(thing.text_zh, thing.text_en)


@register.filter
def record_of(duty: "Duty") -> str:
    """Say in the reader's language what a duty leaves on file."""
    return in_language(duty.record_zh, duty.record_en)


@register.filter
def measure_label(duty: "Duty") -> str:
    """Name the measure that hangs on a duty, if it is registered."""
    found = measure(duty.measure)
    return str(found.label) if found else ""


@register.filter
def printed(words: dict[str, Any]) -> str:
    """Give a text of a test's paper in the reader's language."""
    return in_language(words["zh"], words["en"])


@register.inclusion_tag("people/_duties.html")
def position_duties(role: str, as_of: date, person: Model | None = None) -> dict[str, Any]:
    """Show the duties of a role of positions, with what its measures say of a holder if one is named."""
    known = duty_queries.descriptions_for(role, as_of=as_of)
    return {"descriptions": known, "readings": _readings(known, person=person, as_of=as_of)}


@register.inclusion_tag("people/_papers.html", takes_context=True)
def person_papers(context: dict[str, Any], person: "User") -> dict[str, Any]:
    """Show a person's duties to everyone, their reading, training and handovers to those who follow them."""
    reader, as_of = person_of(context["request"]), business_date(datetime.now(UTC))
    follows = followed_people(reader, as_of=as_of).filter(pk=person.pk).exists()
    handovers = handover_queries.visible_handovers(reader, as_of).filter(Q(giver=person) | Q(receiver=person))
    return {
        "person": person,
        "as_of": as_of,
        "roles": list(roles_of(person, as_of=as_of)),
        "follows": follows,
        "reading": handbook_queries.reading(person, as_of=as_of) if follows else None,
        "standings": training_queries.training_of(person, as_of=as_of) if follows else [],
        "results": training_queries.results_of(person)[:MOST_RESULTS] if follows else [],
        "handovers": handovers[:MOST_RESULTS],
        "may_hand_over": handover_queries.givers(reader, as_of=as_of).filter(pk=person.pk).exists(),
    }


def _readings(known: list[duty_queries.KnownDescription], *, person: Model | None, as_of: date) -> dict[str, str]:
    if person is None:
        return {}
    found = {duty.measure: measure(duty.measure) for one in known for duty in one.description.duties}
    return {code: each.reading(person.pk, as_of) for code, each in found.items() if each is not None}


@register.filter
def reading_for(readings: dict[str, str], code: str) -> str:
    """Look up what a measure says."""
    return readings.get(code, "")


@register.filter
def key_of(kind: str, number: int) -> str:
    """Name a thing as the check boxes of a handover do."""
    return f"{kind}:{number}"
