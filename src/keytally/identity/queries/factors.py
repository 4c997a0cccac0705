"""Reads of second factors."""

from allauth.mfa.models import Authenticator
from django.db.models import Exists, OuterRef, QuerySet

from keytally.core.models import RoleGrant, User
from keytally.core.roles import Role
from keytally.identity.models import FactorRule


def has_factor(person: User) -> bool:
    """Tell whether the person logs in with a second factor."""
    return bool(Authenticator.objects.filter(user=person, type=Authenticator.Type.TOTP).exists())


def needs_factor(person: User) -> bool:
    """Tell whether one of the person's roles needs a second factor."""
    return FactorRule.objects.filter(role__in=person.roles).exists()


def factor_roles() -> list[Role]:
    """List the roles that need a second factor."""
    return [Role(role) for role in FactorRule.objects.order_by("role").values_list("role", flat=True)]


def lacking_factor() -> QuerySet[User]:
    """List who needs a second factor and has none."""
    needs = RoleGrant.objects.filter(person=OuterRef("pk"), role__in=FactorRule.objects.values("role"))
    has = Authenticator.objects.filter(user=OuterRef("pk"), type=Authenticator.Type.TOTP)
    return User.objects.filter(Exists(needs), ~Exists(has), is_active=True)


def recovery_codes_left(person: User) -> int:
    """Count the recovery codes that were not used yet."""
    kept = Authenticator.objects.filter(user=person, type=Authenticator.Type.RECOVERY_CODES).first()
    return len(kept.wrap().get_unused_codes()) if kept else 0
