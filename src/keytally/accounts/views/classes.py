"""The page on which axes and their values are kept."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from keytally.accounts.models import ClassificationAxis, ClassificationValue
from keytally.accounts.queries.lists import axes
from keytally.accounts.refusals import UnableToKeepAccount
from keytally.accounts.rules.codes import plain_code
from keytally.accounts.services import classes as services
from keytally.core.access import person_of, requires

if TYPE_CHECKING:
    from keytally.core.models import User


@requires("accounts.change")
@require_http_methods(["GET", "POST"])
def classes(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return _page(request)
    try:
        _keep(request, by=person_of(request), now=datetime.now(UTC))
    except UnableToKeepAccount as refusal:
        for sentence in refusal.sentences():
            messages.error(request, sentence)
        return _page(request, typed=request.POST.dict(), status=422)
    return redirect("accounts:classes")


def _page(request: HttpRequest, *, typed: dict[str, str] | None = None, status: int = 200) -> HttpResponse:
    context = {"axes": axes(), "own": services.OWN, "typed": typed or {}}
    return render(request, "accounts/classes.html", context, status=status)


def _keep(request: HttpRequest, *, by: "User", now: datetime) -> None:
    said = request.POST
    if said.get("remove"):
        services.remove_axis(get_object_or_404(ClassificationAxis, code=said["remove"]), by=by, now=now)
        messages.success(request, _("The axis was removed."))
        return
    chinese, english = said.get("name_zh", "").strip()[:60], said.get("name_en", "").strip()[:60]
    if not chinese or not english:
        raise UnableToKeepAccount("NAMES_IN_BOTH")
    names = {"name_zh": chinese, "name_en": english}
    if said.get("value"):
        value = get_object_or_404(ClassificationValue, pk=said["value"])
        services.change_value(value, **names, is_active="is_active" in said, by=by, now=now)
    elif said.get("change"):
        axis = get_object_or_404(ClassificationAxis, code=said["change"])
        services.change_axis(axis, **names, is_several="is_several" in said, by=by, now=now)
    elif "new_axis" in said:
        services.add_axis(**names, is_several="is_several" in said, by=by, now=now)
    else:
        axis = get_object_or_404(ClassificationAxis, code=said.get("axis", ""))
        code = plain_code(said.get("code", ""))[:40] or plain_code(english).replace(" ", "_")[:40]
        services.add_value(axis, code=code, **names, by=by, now=now)
    messages.success(request, _("Kept."))
