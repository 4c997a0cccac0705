"""Reads of people, for the pages of their log-in."""

from django.db.models import QuerySet

from keytally.core.models import User


def known_people() -> QuerySet[User]:
    """List everyone, those who left too."""
    return User.objects.all()
