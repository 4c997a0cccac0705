"""Rejected rows: mend a value where it stands, or bring the mended file back, and run again."""

from datetime import UTC, datetime

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from keytally.core.access import person_of, requires
from keytally.imports import queries as imports_queries
from keytally.reconciliation import queries, services
from keytally.reconciliation.mending import is_mendable
from keytally.reconciliation.queries.rejected import contexts_of
from keytally.reconciliation.services import fixing, running
from keytally.reconciliation.views import found as pages

PER_PAGE = 50


@requires("reconcile.view")
@require_GET
def rejected(request: HttpRequest, number: int) -> HttpResponse:
    found = pages.visible(request, number)
    rows = imports_queries.rejected_rows(ours=found.ours_id, theirs=found.theirs_id)
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    mends = {(one.side, one.file, one.sheet, one.row, one.column): one for one in queries.mends_of(number)}
    counted = found.dry_run.get("sides") if found.state == "DRY_RUN" else found.summary.get("sides")
    total = sum(side["rejected"] for side in (counted or {}).values())
    told, shown = contexts_of(found, page, profile=services.profile_of(found)), []
    for row in page:
        side = "ours" if row.batch_id == found.ours_id else "theirs"
        mend = mends.get((side, row.file, row.sheet, row.row, row.column))
        may_mend = bool(row.column) and is_mendable(row.file)
        shown.append({"row": row, "side": side, "mend": mend, "may_mend": may_mend, "context": told.get(row.pk, ())})
    context = {
        "found": found,
        "page": page,
        "rows": shown,
        "more_rows": max(0, total - page.paginator.count),
        "has_file": "rejected.csv" in dict(queries.downloads(found)),
        "may_mend": not found.is_signed and pages.may(request, found, "reconcile.run"),
        "mended": len(mends),
        "waiting": queries.waiting_changes(found),
    }
    return render(request, "reconciliation/rejected.html", context)


@requires("reconcile.run")
@require_POST
def mend(request: HttpRequest, number: int) -> HttpResponse:
    found = pages.changeable(request, number, "reconcile.run")
    person, now = person_of(request), datetime.now(UTC)
    values = {
        int(name[5:]): str(value)
        for name, value in request.POST.items()
        if name.startswith("cell-") and name[5:].isascii() and name[5:].isdecimal()
    }
    file = request.FILES.get("file")
    changed: list[int] = []

    def act() -> None:
        if file is not None:
            changed.append(fixing.mend_by_file(number, content=file.read(fixing.MOST_BYTES), by=person, now=now))
        else:
            changed.append(fixing.mend_cells(number, values=values, by=person, now=now))

    try:
        is_done = pages.trying(request, number, act, wanted="reconciliation.mend")
    except fixing.UnableToMend as error:
        messages.error(request, _refusal(error))
        return redirect("reconciliation:rejected", number)
    if is_done:
        _say(request, changed[0])
        if changed[0] and request.POST.get("action") == "run":
            pages.trying(request, number, lambda: running.run(found, by=person, now=now), wanted="reconciliation.run")
            return redirect("reconciliation:show", number)
    return redirect("reconciliation:rejected", number)


def _say(request: HttpRequest, count: int) -> None:
    if not count:
        messages.info(request, _("No value is different from what stands in the file."))
        return
    sentence = ngettext("%(count)d value is mended; run again.", "%(count)d values are mended; run again.", count)
    messages.success(request, sentence % {"count": count})


def _refusal(error: fixing.UnableToMend) -> str:
    code, *where = error.args
    facts = {"file": where[0], "row": where[-1]} if where else {}
    sentences = {
        "UNKNOWN_ROW": _("%(file)s, row %(row)s, is no rejected row of the last reading; take rejected.csv anew."),
        "NOT_HERE": _("%(file)s, row %(row)s, cannot be mended here; mend the file itself and begin anew."),
        "NOT_THE_FILE": _("Line %(row)s is not one of rejected.csv; bring that file back with its columns."),
    }
    return sentences[code] % facts
