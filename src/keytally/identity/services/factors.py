"""Writes of second factors: set up, used, taken away, required of a role."""

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.db import transaction

from keytally.core.roles import Role
from keytally.core.services import record_audit
from keytally.core.subjects import Subject
from keytally.identity.models import FactorRule
from keytally.identity.queries.factors import has_factor, lacking_factor, needs_factor
from keytally.identity.services.sessions import end_sessions

if TYPE_CHECKING:
    from keytally.core.models import User


class UnableToRemoveFactor(Exception):
    """One of the person's roles needs it."""


@transaction.atomic
def add_factor(person: "User", *, secret: str, by: "User", now: datetime) -> list[str]:
    """Keep a proven secret as the second factor; answers the recovery codes, shown this once."""
    Authenticator.objects.filter(user=person).delete()
    TOTP.activate(person, secret)
    codes = _new_codes(person)
    _audit("person.factor_added", person, by=by, now=now)
    return codes


@transaction.atomic
def renew_recovery_codes(person: "User", *, by: "User", now: datetime) -> list[str]:
    """Replace the recovery codes; answers the new ones, shown this once."""
    Authenticator.objects.filter(user=person, type=Authenticator.Type.RECOVERY_CODES).delete()
    codes = _new_codes(person)
    _audit("person.recovery_codes", person, by=by, now=now)
    return codes


@transaction.atomic
def remove_factor(person: "User", *, by: "User", now: datetime) -> None:
    """Let people log in by password alone again, or raise `UnableToRemoveFactor`."""
    if needs_factor(person):
        raise UnableToRemoveFactor
    Authenticator.objects.filter(user=person).delete()
    _audit("person.factor_removed", person, by=by, now=now)


@transaction.atomic
def reset_factor(person: "User", *, by: "User", now: datetime, reason: str) -> None:
    """Take a lost second factor away for someone else; all their log-ins end."""
    Authenticator.objects.filter(user=person).delete()
    end_sessions(person, by=by, now=now)
    _audit("person.factor_reset", person, by=by, now=now, reason=reason)


@transaction.atomic
def set_factor_rules(roles: Iterable[Role], *, by: "User", now: datetime, reason: str) -> None:
    """Say which roles need a second factor; who lacks one sets it up at the next log-in, which is now."""
    before = sorted(FactorRule.objects.values_list("role", flat=True))
    after = sorted(set(roles))
    if before == after:
        return
    FactorRule.objects.exclude(role__in=after).delete()
    FactorRule.objects.bulk_create(
        FactorRule(role=role, added_by=by, added_at=now) for role in after if role not in before
    )
    for person in lacking_factor().exclude(pk=by.pk):
        end_sessions(person, by=by, now=now)
    record_audit(
        "log_in.factor_rules",
        by=by,
        at=now,
        subject=Subject("log_in", 0),
        reason=reason,
        before={"roles": before},
        after={"roles": after},
    )


def accepts_code(person: "User", *, code: str) -> bool:
    """Tell whether a code is right, and use it up."""
    found = Authenticator.objects.filter(user=person).order_by("-type")
    return has_factor(person) and any(authenticator.wrap().validate_code(code) for authenticator in found)


def _new_codes(person: "User") -> list[str]:
    codes: list[str] = RecoveryCodes.activate(person).get_unused_codes()
    return codes


def _audit(action: str, person: "User", *, by: "User", now: datetime, reason: str = "") -> None:
    record_audit(action, by=by, at=now, subject=Subject("person", person.pk), reason=reason)
