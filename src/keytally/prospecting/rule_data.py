"""Which rules of prospecting may a company change from a day on: fit, checklist, cadence, search lists."""

import tomllib
from collections.abc import Collection, Mapping
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

from django.utils.translation import gettext_lazy as _

from keytally.core.rule_sets import Content, Problem, register_rule_set, rule_set
from keytally.prospecting.rules import cadence, fit, preparation, searches

FIT, CHECKLIST, CADENCE, SEARCHES = (
    "prospecting.fit",
    "prospecting.checklist",
    "prospecting.cadence",
    "prospecting.searches",
)
_CADENCE = {
    "same_text_limit": (cadence.DEFAULT_SAME_TEXT_LIMIT, 1, 50),
    "notes_hours": (cadence.DEFAULT_NOTES_HOURS, 1, 72),
    "calls": (cadence.DEFAULT_CALLS, 0, 500),
    "appointments": (cadence.DEFAULT_APPOINTMENTS, 0, 100),
}


def declare_rules() -> None:
    """Declare the sets of rules with their defaults."""
    _declare_fit()
    _declare_checklist()
    _declare_cadence()
    _declare_searches()


def _declare_fit() -> None:
    register_rule_set(
        FIT,
        default={
            "weights": {part.value: weight for part, weight in fit.DEFAULT_WEIGHTS.items()},
            "work_from": fit.DEFAULT_WORK_FROM,
            "leave_below": fit.DEFAULT_LEAVE_BELOW,
            "capacity_minor": None,
        },
        check=_fit_problems,
        label=_("Fit of leads"),
        errors={
            "WEIGHTS_NOT_100": _("The weights of reason, size, budget and substitutes are whole and add up to 100."),
            "POINTS_WRONG": _("Leads are left below a number of points that is not above the one from which to work."),
            "CAPACITY_WRONG": _("What we can supply to one new customer in a year is an amount, or not said yet."),
        },
    )


def _declare_checklist() -> None:
    register_rule_set(
        CHECKLIST,
        default={
            "items": [
                {"code": one.code, "name_zh": one.name_zh, "name_en": one.name_en, "is_mandatory": one.is_mandatory}
                for one in preparation.DEFAULT_ITEMS
            ]
        },
        check=_checklist_problems,
        label=_("Checklist before the first contact"),
        errors={"ITEMS_WRONG": _("Each item has a name in Chinese and a code of its own; at least one is there.")},
    )


def _declare_cadence() -> None:
    register_rule_set(
        CADENCE,
        default={**{name: default for name, (default, _low, _high) in _CADENCE.items()}, "product_pages": {}},
        check=_cadence_problems,
        label=_("Norm of a day, prompt notes and the limit of equal texts"),
        errors={
            "FIGURE_WRONG": _("%(name)s is a whole number from %(low)s to %(high)s."),
            "PAGE_WRONG": _("“%(page)s” is no address of a product page: it begins with https://."),
        },
    )


def _declare_searches() -> None:
    register_rule_set(
        SEARCHES,
        default=_shipped_searches,
        check=_search_problems,
        label=_("Lists of the search builder"),
        errors={
            "LIST_EMPTY": _("The list “%(list)s” is empty."),
            "COUNTRY_INCOMPLETE": _("A country lacks “%(field)s”."),
            "COUNTRY_TWICE": _("The country “%(code)s” stands there twice."),
            "EDITION_WRONG": _("“%(edition)s” is no address of a search: https://…{query}."),
            "SUFFIX_WRONG": _("“%(suffix)s” is no suffix of mail addresses; it begins with @."),
        },
    )


def fit_rules(*, as_of: date) -> fit.FitRules:
    """Read the weights of the fit in force on a day."""
    kept = rule_set(FIT, as_of=as_of)
    return fit.FitRules(
        weights={part: int(kept["weights"][part.value]) for part in fit.Part},
        work_from=int(kept["work_from"]),
        leave_below=int(kept["leave_below"]),
        capacity_minor=kept["capacity_minor"],
    )


def checklist(*, as_of: date) -> tuple[preparation.Item, ...]:
    """Read the checklist in force on a day."""
    return tuple(preparation.Item(**one) for one in rule_set(CHECKLIST, as_of=as_of)["items"])


def cadence_rules(*, as_of: date) -> cadence.CadenceRules:
    """Read norm and limits in force on a day."""
    kept = rule_set(CADENCE, as_of=as_of)
    pages = {str(language): str(page) for language, page in kept["product_pages"].items()}
    return cadence.CadenceRules(**{name: int(kept[name]) for name in _CADENCE}, product_pages=pages)


def search_lists(*, as_of: date) -> searches.SearchLists:
    """Read the lists of the search builder in force on a day."""
    return searches.lists_of(rule_set(SEARCHES, as_of=as_of))


@cache
def _shipped_searches() -> Mapping[str, Any]:
    text = files("keytally.prospecting").joinpath("defaults", "searches.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def _fit_problems(content: Content) -> Collection[Problem]:
    given: Any = content.get("weights")
    problems = []
    is_whole = isinstance(given, dict) and set(given) == {part.value for part in fit.Part}
    if not is_whole or not all(type(one) is int and one >= 0 for one in given.values()) or sum(given.values()) != 100:
        problems.append(Problem("weights", "WEIGHTS_NOT_100"))
    low, high = content.get("leave_below"), content.get("work_from")
    if type(low) is not int or type(high) is not int or not 0 <= low <= high <= 100:
        problems.append(Problem("work_from", "POINTS_WRONG"))
    capacity = content.get("capacity_minor")
    if capacity is not None and (type(capacity) is not int or capacity < 0):
        problems.append(Problem("capacity_minor", "CAPACITY_WRONG"))
    return problems


def _checklist_problems(content: Content) -> Collection[Problem]:
    items: Any = content.get("items")
    names = {"code", "name_zh", "name_en", "is_mandatory"}
    fits = isinstance(items, list) and items and all(isinstance(one, dict) and set(one) == names for one in items)
    if fits:
        codes = [one["code"] for one in items]
        fits = len(set(codes)) == len(codes) and all(str(one["code"]) and str(one["name_zh"]).strip() for one in items)
    return [] if fits else [Problem("items", "ITEMS_WRONG")]


def _cadence_problems(content: Content) -> Collection[Problem]:
    problems = [
        Problem(name, "FIGURE_WRONG", {"name": name, "low": low, "high": high})
        for name, (_default, low, high) in _CADENCE.items()
        if type(content.get(name)) is not int or not low <= content[name] <= high
    ]
    pages: Any = content.get("product_pages")
    wrong = (
        [page for page in pages.values() if not str(page).startswith("https://")] if isinstance(pages, dict) else [""]
    )
    return [*problems, *(Problem("product_pages", "PAGE_WRONG", {"page": page}) for page in wrong)]


def _search_problems(content: Content) -> Collection[Problem]:
    return [Problem(fault.where, fault.code, fault.parameters) for fault in searches.list_faults(content)]
