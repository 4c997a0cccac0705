"""Does anything depend on these accounts, so that they can no longer be taken away?"""

from collections.abc import Collection, Iterator
from typing import Any

from django.db import models
from django.db.models import QuerySet
from django.utils.functional import Promise

from keytally.accounts.models import (
    AccountGrant,
    AccountImportContact,
    AccountMeasure,
    AccountMerge,
    AccountNode,
    AccountPromise,
    CompetitorSighting,
    Contact,
    CoordinationMatter,
    CreditGrade,
    DedicatedManager,
    DevelopmentStep,
    PartyRoles,
    ScoreJudgement,
    SettlementProcedure,
    Visit,
)

_KEPT: tuple[type[models.Model], ...] = (
    AccountGrant,
    AccountMeasure,
    AccountPromise,
    CompetitorSighting,
    Contact,
    CoordinationMatter,
    CreditGrade,
    DedicatedManager,
    DevelopmentStep,
    ScoreJudgement,
    SettlementProcedure,
    Visit,
)


# Their ids, or a query of them: of a large import there are more than one question may name.
Nodes = Collection[int] | QuerySet[AccountNode, int]


def dependents_of(nodes: Nodes, *, but: "QuerySet[Contact] | None" = None) -> list[str | Promise]:
    """List what was kept with some accounts since, and what outside them points at them, by its name for people.

    Contacts that go with the accounts, `but` them, are nothing that was kept since.
    """
    found: list[type[models.Model]] = []
    outside = AccountNode.objects.exclude(pk__in=nodes)
    if outside.filter(parent__in=nodes).exists() or outside.filter(merged_into__in=nodes).exists():
        found.append(AccountNode)
    if outside.filter(served_from__in=nodes).exists() or AccountMerge.objects.filter(alias__in=nodes).exists():
        found.append(AccountMerge)
    parties = PartyRoles.objects.exclude(store__in=nodes)
    if any(parties.filter(**{f"{name}__in": nodes}).exists() for name in ("buyer", "ship_to", "bill_to")):
        found.append(PartyRoles)
    return list(dict.fromkeys([*kept_with(nodes, but=but), *map(_name, found)]))


def kept_with(nodes: Nodes, *, but: "QuerySet[Contact] | None" = None) -> list[str | Promise]:
    """List what was kept with some accounts since, here and in the capabilities above, by its name for people."""
    found = [model for model in _KEPT if model is not Contact and model._base_manager.filter(node__in=nodes).exists()]
    contacts = Contact.objects.filter(node__in=nodes)
    if (contacts if but is None else contacts.exclude(pk__in=but)).exists():
        found.append(Contact)
    found += [model for model, name in _pointing() if model._base_manager.filter(**{f"{name}__in": nodes}).exists()]
    return [_name(model) for model in dict.fromkeys(found)]


def dependents_of_contacts(numbers: Collection[int]) -> list[str | Promise]:
    """List what was kept of some contacts since, here and in the capabilities above, by its name for people."""
    found = []
    for relation in Contact._meta.get_fields(include_hidden=True):
        if not isinstance(relation, models.ForeignObjectRel) or relation.related_model is AccountImportContact:
            continue
        if isinstance(relation, models.ManyToManyRel):
            continue
        model: Any = relation.related_model
        if model._base_manager.filter(**{f"{relation.field.name}__in": numbers}).exists():
            found.append(Visit if model._meta.auto_created else model)
    return [_name(model) for model in dict.fromkeys(found)]


def _name(model: type[models.Model]) -> str | Promise:
    return model._meta.verbose_name_plural or model.__name__


def _pointing() -> Iterator[tuple[type[models.Model], str]]:
    """Find the models of other capabilities that point at accounts: a foreign key is how they say that they depend.

    They lie above, so that they are asked for by what they declared and never imported; one that lets go by itself
    (SET_NULL) does not depend.
    """
    for relation in AccountNode._meta.get_fields(include_hidden=True):
        if not isinstance(relation, models.ForeignObjectRel) or relation.on_delete is models.SET_NULL:
            continue
        model: Any = relation.related_model
        if model._meta.app_label != AccountNode._meta.app_label and not model._meta.auto_created:
            yield model, relation.field.name
