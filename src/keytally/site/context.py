"""What every page of the shell shows: the side bar, the decisions that wait and the jobs at work."""

from typing import Any

from django.http import HttpRequest

from keytally.core.access import person_in
from keytally.site.navigation import links


def shell(request: HttpRequest) -> dict[str, Any]:
    """Give templates the navigation of the person."""
    person = person_in(request)
    if person is None:
        return {"navigation": [], "may_see_jobs": False, "may_see_approvals": False}
    return {
        "navigation": links(person, path=request.path),
        "may_see_jobs": person.may("jobs.view"),
        "may_see_approvals": person.may("approvals.view"),
    }
