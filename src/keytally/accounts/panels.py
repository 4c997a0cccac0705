"""What accounts themselves show on the page of an account."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import Http404, HttpRequest
from django.middleware.csrf import get_token
from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from keytally.accounts.labels import PromiseState
from keytally.accounts.models import AccountNode
from keytally.accounts.queries import pages, scores, visits
from keytally.accounts.queries.activation import in_force, missing_in
from keytally.accounts.queries.history import LOOKED_AT, happenings
from keytally.accounts.queries.lists import classes_by_name
from keytally.accounts.queries.reach import CHANGE, GRANT, RELATE, VIEW, reaches
from keytally.accounts.rules.attributes import BY_CODE
from keytally.accounts.rules.decision_map import Stance
from keytally.accounts.rules.parties import NodeKind
from keytally.accounts.subjects import ACCOUNT, account
from keytally.core.access import person_of
from keytally.core.once import once
from keytally.core.panels import Panel, register_panel
from keytally.core.queries import audit_of
from keytally.core.sensitivity import may_read

Facts = Callable[[AccountNode, date], Mapping[str, Any]]
SHAPES: Mapping[Stance, str] = {
    Stance.CHAMPION: "★",
    Stance.SUPPORTS: "●",
    Stance.NEUTRAL: "○",
    Stance.AGAINST: "✕",
}
HISTORY = 12


@dataclass(frozen=True, slots=True)
class Dot:
    """A contact on the decision map."""

    known: pages.Known
    x: int
    y: int
    shape: str


def _facts(node: AccountNode, today: date) -> Mapping[str, Any]:
    found = {
        "classes": classes_by_name(pages.classes_of(node)),
        "layers": list(node.layers.all()),
        "codes": pages.codes_of(node),
    }
    missing = _missing(node, today) if node.kind == NodeKind.STORE else ()
    plain = (node.name_en, node.legal_party_id, node.gln, node.area_code, node.address, node.phone, node.opened_on)
    return {
        **found,
        "placements": list(pages.placements(node)),
        "missing": [BY_CODE[code] for code in missing],
        "is_known": any(plain) or any(found.values()),
    }


def _missing(node: AccountNode, today: date) -> Sequence[str]:
    return missing_in(node, pages.held_with(node), chain_tiers=pages.chain_years(node), as_of=today)


def _tree(node: AccountNode, _today: date) -> Mapping[str, Any]:
    below, counts = pages.below(node)
    return {"below": below, "counts": counts, "total": sum(counts.values())}


def _parties(node: AccountNode, today: date) -> Mapping[str, Any]:
    history = pages.parties_history(node)
    return {"in_force": in_force(history, as_of=today), "history": history}


def _contacts(node: AccountNode, today: date) -> Mapping[str, Any]:
    found = pages.decision_map(node, as_of=today)
    return {"map": found, "dots": dots(found), "left": pages.left_contacts(node)}


def _keepers(node: AccountNode, today: date) -> Mapping[str, Any]:
    tier, tier_is_of_chain = pages.tier_of(node, year=today.year)
    grade, is_of_chain = pages.credit_grade_of(node, as_of=today)
    # A store is kept with its chain, where the one person is named, unless it has a tier or grade of its own.
    own = {"tier": None if tier_is_of_chain else tier, "grade": None if is_of_chain else grade}
    is_led = node.kind in (NodeKind.CHAIN, NodeKind.COMPANY)
    asked: dict[str, Any] = {"tier": tier, "grade": grade} if is_led else own
    return {
        "keepers": pages.keepers(node, as_of=today, **asked),
        "tier": tier,
        "grade": grade,
        "grade_is_of_chain": is_of_chain,
    }


def _score(node: AccountNode, today: date) -> Mapping[str, Any]:
    history = list(scores.score_history(node.pk)[:HISTORY])
    space = scores.growth_space(node, as_of=today)
    return {"latest": history[0] if history else None, "history": history[1:], "space": space}


def _practice(node: AccountNode, today: date) -> Mapping[str, Any]:
    promises = pages.promises(node)
    return {
        "promises": promises,
        "broken": sum(1 for one in promises if one.state == PromiseState.BROKEN),
        "today": today,
        "steps": pages.development(node),
        "procedure": pages.procedure_on(node, as_of=today),
    }


def _coordination(node: AccountNode, today: date) -> Mapping[str, Any]:
    return {"matters": pages.matters(node), "today": today}


def _visits(node: AccountNode, today: date) -> Mapping[str, Any]:
    numbers = pages.one_and_aliases(node)
    made = visits.visits(numbers)
    latest = list(made[: HISTORY + 1])
    return {
        "visits": latest[:HISTORY],
        "all_visits": len(latest) if len(latest) <= HISTORY else made.count(),
        "competitors": visits.competitors(numbers)[:HISTORY],
        "today": today,
    }


def _history(node: AccountNode, _today: date) -> Mapping[str, Any]:
    entries = audit_of(account(node.pk))[:LOOKED_AT]
    return {"happenings": happenings(entries, most=HISTORY), "merges": pages.merges_of(node)}


def dots(found: pages.DecisionMap) -> list[Dot]:
    """Place contacts by rung and weight; those who would lie on one another are set apart."""
    placed: dict[tuple[int, int], int] = {}
    drawn = []
    for one in found.known:
        x, y = 60 + 110 * (one.rung or 0), 290 - 26 * (one.contact.weight // 10)
        beside = placed.get((x, y), 0)
        placed[x, y] = beside + 1
        drawn.append(Dot(one, x, y + 17 * beside, SHAPES[Stance(one.contact.stance)]))
    return drawn


_STORES = frozenset({NodeKind.STORE.value})
_PANELS: tuple[tuple[str, Any, int, Facts], ...] = (
    ("facts", _("What is known"), 10, _facts),
    ("tree", _("What lies below"), 20, _tree),
    ("parties", _("Who orders, who receives, who pays"), 30, _parties),
    ("contacts", _("People and the decision map"), 40, _contacts),
    ("keepers", _("Who of ours"), 50, _keepers),
    ("visits", _("Visits and competitors"), 55, _visits),
    ("score", _("Is it a key account?"), 60, _score),
    ("practice", _("Promises, development and settlement"), 70, _practice),
    ("coordination", _("Matters to coordinate"), 75, _coordination),
    ("history", pgettext_lazy("audit", "What happened"), 900, _history),
)
_ONLY: Mapping[str, Callable[[AccountNode], bool]] = {
    "tree": lambda node: node.kind != NodeKind.STORE,
    "parties": lambda node: node.kind == NodeKind.STORE,
    "score": lambda node: node.kind == NodeKind.CHAIN,
}


def _renderer(code: str, facts: Facts) -> Callable[[HttpRequest, int, date], str]:
    def render(request: HttpRequest, number: int, today: date) -> str:
        node, may = _once(request, number, today)
        fits = _ONLY.get(code)
        if fits and not fits(node):
            return ""
        context = {"request": request, "csrf_token": get_token(request), "node": node, **may, **facts(node, today)}
        return render_to_string(f"accounts/panels/{code}.html", context)

    return render


def _once(request: HttpRequest, number: int, today: date) -> tuple[AccountNode, Mapping[str, bool]]:
    """Read the account and what its reader may do, once for all panels of a page."""
    return once(("account_of_page", number), lambda: _node_and_may(request, number, today))


def _node_and_may(request: HttpRequest, number: int, today: date) -> tuple[AccountNode, Mapping[str, bool]]:
    person, node = person_of(request), pages.account(number)
    if node is None:
        raise Http404
    may = {
        f"may_{name}": reaches(person, node, as_of=today, permission=permission)
        for name, permission in (("change", CHANGE), ("relate", RELATE), ("grant", GRANT))
    }
    return node, {**may, "may_read_measures": may_read(person, kind="account", field="measure")}


for _code, _title, _place, _gather in _PANELS:
    register_panel(Panel(_code, ACCOUNT, _title, _place, VIEW, _renderer(_code, _gather)))
