"""Words and figures of accounts as pages show them."""

from collections.abc import Iterable

from django import template
from django.utils.html import format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from keytally.accounts import labels
from keytally.accounts.refusals import sentence as worded
from keytally.accounts.rules.decision_map import DecisionRole, Gap, Stance
from keytally.accounts.rules.four_bigs import Part
from keytally.accounts.rules.ladder import EvidenceKind, Rung
from keytally.accounts.rules.parties import Mode, NodeKind
from keytally.accounts.rules.regions import area_names
from keytally.accounts.rules.tiers import CreditGrade, Tier
from keytally.accounts.rules.visits import VisitState
from keytally.core.access import person_in

register = template.Library()
_SELECTED = mark_safe(" selected")

_GAPS = {
    "NO_DECISION_MAKER": _("Nobody is known who decides in the end."),
    "NO_BUDGET_HOLDER": _("Nobody is known who holds the budget."),
    "HEAVY_BELOW_TRUSTED": _("%(role)s %(name)s is only “%(rung)s”."),
    "HEAVY_WITHOUT_RUNG": _("%(role)s %(name)s is not known yet: there is no evidence."),
    "HEAVY_AGAINST": _("%(role)s %(name)s is against us."),
    "NO_CHAMPION": _("Nobody there speaks for us as a champion."),
    "ONE_LEG": _("Only one contact is “recognised” or higher: the account hangs on one person."),
    "NOBODY_HOLDS": _("Nobody of ours holds the relationship with %(name)s."),
    "WEIGHTS_OVER_100": _("The weights of the contacts add up to more than 100."),
    "NO_DEDICATED_PERSON": _("An account of this tier needs one dedicated person; nobody is named."),
    "NO_DEPUTY": _("The dedicated person has no deputy."),
}
_ACTIONS = {
    "account.add": _("Added"),
    "account.change": _("Changed"),
    "account.status": _("Status changed"),
    "account.place": pgettext_lazy("account", "Moved"),
    "account.code": _("Code added"),
    "account.code_dates": _("Days of a code changed"),
    "account.parties": _("Parties set"),
    "account.classify": _("Classed"),
    "account.tier": _("Tier set"),
    "account.law": _("Legal party kept"),
    "account.credit_grade": _("Credit grade set"),
    "account.layers": _("Supply layers kept"),
    "account.dedicated": _("Dedicated person named"),
    "account.owner": _("Given to another owner"),
    "account.grant": _("Somebody was let in"),
    "account.grant_end": _("A grant was ended"),
    "account.judge": _("Part of the score judged"),
    "account.procedure": _("Settlement procedure kept"),
    "account.matter": _("Matter to coordinate raised"),
    "account.matter_answer": _("Matter to coordinate answered"),
    "account.promise": _("Promise written down"),
    "account.promise_answer": _("Promise answered"),
    "account.development": _("Development step kept"),
    "account.merge": _("Another account was merged into it"),
    "account.merged": _("Merged into another account"),
    "account.merge_undo": _("Merge undone"),
    "account.put_back": _("Put back as it was"),
    "account.hand_over": _("Handed over"),
    "account.two": _("Said to be no duplicate"),
    "account.visit": _("Visit kept"),
    "account.visit_answer": _("Said what became of a visit"),
    "account.visit_notes": _("Notes of a visit written"),
    "account.competitor": _("Competitor seen"),
    "account.value": _("Value given written down"),
    "account.value_withdrawn": _("Value given taken back"),
    "contact.add": _("Contact added"),
    "contact.change": _("Contact changed"),
    "contact.evidence": _("Evidence recorded"),
}
_REASONS = {
    "SAME_TAX_ID": _("same tax id"),
    "SAME_PHONE": _("same phone"),
    "SAME_NAME": _("same name"),
    "ALIKE_NAME": _("names alike"),
    "SAME_ADDRESS": _("same address"),
    "SAME_PLACE": _("same place on the map"),
    "FAR_APART": _("but far apart on the map"),
}
_SOURCES = {"DATA": _("from data"), "MANAGER": _("a manager's judgement"), "NO_DATA": _("no data")}


@register.simple_tag
def options(choices: Iterable[tuple[object, object]], chosen: object = "") -> SafeString:
    """Write the options of a list; one call for each list keeps long ones quick."""
    selected = "" if chosen is None else str(chosen)
    return format_html_join(
        "",
        '<option value="{}"{}>{}</option>',
        ((value, _SELECTED if str(value) == selected else "", label) for value, label in choices),
    )


@register.simple_tag(takes_context=True)
def may(context: template.Context, permission: str) -> bool:
    """Tell whether the reader has a permission."""
    person = person_in(context["request"])
    return person is not None and person.may(permission)


@register.filter
def kind_name(code: str) -> object:
    """Name the kind of a node."""
    return labels.KINDS[NodeKind(code)]


@register.filter
def status_name(code: str) -> object:
    """Name a status."""
    return labels.STATUSES[labels.Status(code)]


@register.filter
def mode_name(code: str) -> object:
    """Name a mode."""
    return labels.MODES[Mode(code)] if code else ""


@register.filter
def tier_name(code: str) -> object:
    """Name a tier."""
    return labels.TIERS[Tier(code)] if code else ""


@register.filter
def credit_grade_name(code: str) -> object:
    """Name a credit grade."""
    return labels.CREDIT_GRADES[CreditGrade(code)] if code else ""


@register.filter
def management(code: str) -> str:
    """Say how an account of a tier is led."""
    from keytally.accounts.rules.tiers import MANAGEMENT

    return "; ".join(str(labels.MANAGEMENT[one]) for one in MANAGEMENT[Tier(code)]) if code else ""


@register.filter
def role_name(code: str) -> object:
    """Name a role in the decision."""
    return labels.DECISION_ROLES[DecisionRole(code)]


@register.filter
def stance_name(code: str) -> object:
    """Name a stance."""
    return labels.STANCES[Stance(code)]


@register.filter
def rung_name(number: int | None) -> object:
    """Name a rung; nothing where there is no evidence."""
    return labels.RUNGS[Rung(number)] if number else _("no evidence")


@register.filter
def evidence_name(code: str) -> object:
    """Name a kind of evidence."""
    return labels.EVIDENCE[EvidenceKind(code)]


@register.filter
def part_name(code: str) -> object:
    """Name a part of the score."""
    return labels.PARTS[Part(code)]


@register.filter
def source_name(code: str) -> object:
    """Say where points come from."""
    return _SOURCES[code]


@register.filter
def figure_name(code: str) -> object:
    """Name a figure of the score."""
    return labels.FIGURES.get(code, code)


@register.filter
def step_name(code: str) -> object:
    """Name a step of the development plan."""
    return labels.PLAN_STEPS[labels.PlanStep(code)][0]


@register.filter
def step_help(code: str) -> object:
    """Say what a step of the development plan is about."""
    return labels.PLAN_STEPS[labels.PlanStep(code)][1]


@register.filter
def promise_kind(code: str) -> object:
    """Name a kind of promise."""
    return labels.PROMISE_KINDS[labels.PromiseKind(code)]


@register.filter
def visit_state(code: str) -> object:
    """Name how far a visit is."""
    return labels.VISIT_STATES[VisitState(code)]


@register.filter
def department(code: str) -> object:
    """Name one of our departments."""
    return labels.DEPARTMENTS[labels.Department(code)]


@register.filter
def matter_state(code: str) -> object:
    """Name what became of a matter to coordinate."""
    return labels.MATTER_STATES[labels.MatterState(code)]


@register.filter
def promise_state(code: str) -> object:
    """Name what became of a promise."""
    return labels.PROMISE_STATES[labels.PromiseState(code)]


@register.filter
def code_side(code: str) -> object:
    """Say whose code it is."""
    return labels.CODE_SIDES[labels.CodeSide(code)]


@register.filter
def grant_kind(code: str) -> object:
    """Say what a grant lets a person do."""
    return labels.GRANT_KINDS[labels.GrantKind(code)]


@register.filter
def region_name(code: str) -> str:
    """Name province, city and district of an area code."""
    return " ".join(area_names(code)) if code else ""


@register.filter
def gap_words(gap: Gap | str) -> str:
    """Say a gap in words."""
    if isinstance(gap, str):
        return str(_GAPS[gap])
    code = "HEAVY_WITHOUT_RUNG" if gap.code == "HEAVY_BELOW_TRUSTED" and gap.rung is None else gap.code
    facts = {
        "name": gap.name,
        "role": labels.DECISION_ROLES[gap.role] if gap.role else "",
        "rung": labels.RUNGS[gap.rung] if gap.rung else "",
    }
    return str(_GAPS[code]) % facts


@register.filter
def likeness_words(reason: str) -> object:
    """Say what two accounts have in common."""
    return _REASONS[reason]


@register.filter
def account_action(code: str) -> str:
    """Word what an audit entry of an account says was done."""
    return str(_ACTIONS.get(code, code))


@register.filter
def share(ppm: int) -> str:
    """Show parts per million as a percentage with one decimal."""
    tenths = (abs(ppm) + 500) // 1000
    return f"{'-' if ppm < 0 and tenths else ''}{tenths // 10}.{tenths % 10} %"


@register.filter
def degrees(micro: int | None) -> str:
    """Show a position on the earth with six decimals."""
    if micro is None:
        return ""
    whole, part = divmod(abs(micro), 1_000_000)
    return f"{'-' if micro < 0 else ''}{whole}.{part:06d}"


@register.filter
def refusal_words(code: str) -> str:
    """Word a refusal."""
    return worded(code)
