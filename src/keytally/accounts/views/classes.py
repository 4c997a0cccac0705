"""The page on which axes and their values are kept."""

from datetime import UTC, datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from keytally.accounts.models import ClassificationAxis, ClassificationValue
from keytally.accounts.queries.lists import axes
from keytally.accounts.rules.codes import plain_code
from keytally.accounts.services import classes as services
from keytally.core.access import person_of, requires


@requires("accounts.change")
@require_http_methods(["GET", "POST"])
def classes(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return render(request, "accounts/classes.html", {"axes": axes()})
    chinese, english = request.POST.get("name_zh", "").strip()[:60], request.POST.get("name_en", "").strip()[:60]
    if not chinese or not english:
        messages.error(request, _("A value has a name in both languages."))
        return redirect("accounts:classes")
    now, person = datetime.now(UTC), person_of(request)
    if request.POST.get("value"):
        value = get_object_or_404(ClassificationValue, pk=request.POST["value"])
        is_active = "is_active" in request.POST
        services.change_value(value, name_zh=chinese, name_en=english, is_active=is_active, by=person, now=now)
    else:
        axis = get_object_or_404(ClassificationAxis, code=request.POST.get("axis", ""))
        code = plain_code(request.POST.get("code", ""))[:40] or plain_code(english).replace(" ", "_")[:40]
        services.add_value(axis, code=code, name_zh=chinese, name_en=english, by=person, now=now)
    messages.success(request, _("Kept."))
    return redirect("accounts:classes")
