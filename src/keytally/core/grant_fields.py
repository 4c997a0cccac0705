"""Which roles is a person given, and how far at most does each reach? The part of a form that asks."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from keytally.core.models import User
from keytally.core.roles import ROLE_LABELS, SCOPE_LABELS, Role, Scope


@dataclass(frozen=True, slots=True)
class RoleRow:
    """A role as the form shows it: ticked or not, with the reach it is narrowed to."""

    value: str
    label: Promise | str
    is_ticked: bool
    scope: forms.BoundField


class GrantFields(forms.Form):
    """The roles of a person, each with its usual reach or a narrower one."""

    roles = forms.MultipleChoiceField(
        label=_("Roles"), choices=[(role.value, label) for role, label in ROLE_LABELS.items()], required=False
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - Django's own signature
        super().__init__(*args, **kwargs)
        narrower = [(scope.value, SCOPE_LABELS[scope]) for scope in (Scope.OWN, Scope.SUBTREE)]
        for role in Role:
            self.fields[f"scope_{role}"] = forms.ChoiceField(
                label=_("Reaches at most"), required=False, choices=[("", _("usual reach")), *narrower]
            )

    def role_rows(self) -> Iterator[RoleRow]:
        """List the roles in their order, for the page."""
        ticked = set(self["roles"].value() or ())
        for role, label in ROLE_LABELS.items():
            yield RoleRow(role.value, label, role.value in ticked, self[f"scope_{role}"])

    def grants(self) -> dict[Role, Scope | None]:
        """List the roles that were ticked, each with what narrows it."""
        said = self.cleaned_data
        return {Role(role): _scope(said.get(f"scope_{role}", "")) for role in said["roles"]}


def grants_shown(person: User) -> dict[str, object]:
    """List a person's roles and what narrows them, as the form shows them first."""
    held = dict(person.grants.order_by("role").values_list("role", "scope"))
    return {"roles": list(held), **{f"scope_{role}": scope for role, scope in held.items()}}


def _scope(text: str) -> Scope | None:
    return Scope(text) if text else None
