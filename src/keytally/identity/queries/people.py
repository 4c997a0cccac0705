"""Reads of people, for the pages of their log-in."""

from django.db.models import QuerySet

from keytally.core.models import User


def known_people() -> QuerySet[User]:
    """List everyone, those who left too."""
    return User.objects.all()


def person_named(username: str) -> User | None:
    """Find who logs in with a name, in whatever case."""
    return User.objects.filter(username__iexact=username).first()


def people_with_mail(email: str) -> list[User]:
    """List who may log in and has an address; nobody has none."""
    return list(User.objects.filter(email__iexact=email, is_active=True)) if email else []
