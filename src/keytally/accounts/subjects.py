"""An account as the subject of audit entries, attachments, jobs and work items."""

from datetime import date
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from keytally.accounts.models import AccountImport, AccountPromise, Contact, CoordinationMatter, Visit
from keytally.accounts.queries.reach import visible_to
from keytally.core.subjects import Subject, SubjectKind, register_subject

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from keytally.accounts.models import AccountNode
    from keytally.core.models import User

ACCOUNT, IMPORT, CONTACT, PROMISE, VISIT = "account", "account_import", "contact", "account_promise", "visit"
MATTER = "account_matter"


def account(number: int) -> Subject:
    """Name an account as a subject."""
    return Subject(ACCOUNT, number)


def _visible(person: "User", as_of: date) -> "QuerySet[AccountNode]":
    return visible_to(person, as_of=as_of)


def _visible_contacts(person: "User", as_of: date) -> "QuerySet[Contact]":
    return Contact.objects.filter(node__in=visible_to(person, as_of=as_of))


def _visible_promises(person: "User", as_of: date) -> "QuerySet[AccountPromise]":
    return AccountPromise.objects.filter(node__in=visible_to(person, as_of=as_of))


def _visible_matters(person: "User", as_of: date) -> "QuerySet[CoordinationMatter]":
    return CoordinationMatter.objects.filter(node__in=visible_to(person, as_of=as_of))


def _visible_visits(person: "User", as_of: date) -> "QuerySet[Visit]":
    return Visit.objects.filter(node__in=visible_to(person, as_of=as_of))


def _visible_imports(person: "User", _as_of: date) -> "QuerySet[AccountImport]":
    own = AccountImport.objects.filter(owner=person)
    return own if person.may("accounts.change") else own.none()


def _url(number: int) -> str:
    return reverse("accounts:show", args=[number])


def _contact_url(number: int) -> str:
    return reverse("accounts:evidence", args=[number])


def _promise_url(number: int) -> str:
    return reverse("accounts:promise", args=[number])


def _matter_url(number: int) -> str:
    return reverse("accounts:matter", args=[number])


def _visit_url(number: int) -> str:
    return reverse("accounts:visit", args=[number])


def _import_url(number: int) -> str:
    return reverse("accounts:import", args=[number])


register_subject(SubjectKind(ACCOUNT, label=_("Account"), visible_to=_visible, url=_url))
register_subject(SubjectKind(IMPORT, label=_("Import of accounts"), visible_to=_visible_imports, url=_import_url))
register_subject(SubjectKind(CONTACT, label=_("Contact"), visible_to=_visible_contacts, url=_contact_url))
register_subject(SubjectKind(PROMISE, label=_("Promise"), visible_to=_visible_promises, url=_promise_url))
register_subject(SubjectKind(VISIT, label=_("Visit"), visible_to=_visible_visits, url=_visit_url))
register_subject(SubjectKind(MATTER, label=_("Matter to coordinate"), visible_to=_visible_matters, url=_matter_url))
