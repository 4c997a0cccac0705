"""What the pages of the playbook share: who asks when, a form that is refused with its reasons, keys of forms."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from django import forms
from django.http import HttpRequest

from keytally.core.access import person_of
from keytally.core.clock import business_date
from keytally.playbook.refusals import UnableToKeepEntry

if TYPE_CHECKING:
    from keytally.core.models import User


@dataclass(frozen=True, slots=True)
class Moment:
    """Who asks, at which instant, on which day of the company."""

    by: "User"
    now: datetime

    @property
    def today(self) -> date:
        """The company's day."""
        return business_date(self.now)


def moment(request: HttpRequest) -> Moment:
    """Read the clock once for a request."""
    return Moment(person_of(request), datetime.now(UTC))


def kept(form: forms.Form, keep: Callable[[], object]) -> bool:
    """Keep what a form says; what is refused is shown with its reasons and nothing is lost."""
    if not (form.is_bound and form.is_valid()):
        return False
    try:
        keep()
    except UnableToKeepEntry as refusal:
        for sentence in refusal.sentences():
            form.add_error(None, sentence)
        return False
    return True


def form_key(request: HttpRequest, found: Moment) -> str:
    """Give a new form a key, so that sending it twice keeps one."""
    return (request.POST.get("key") or f"page-{found.by.pk}-{found.now:%Y%m%d%H%M%S%f}")[:64]
