"""Pages of an import: give a file, see what was understood, try it, go, undo."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from keytally.accounts.models import AccountImport
from keytally.accounts.models.imports import ImportKind, ImportState
from keytally.accounts.queries.columns import columns_of
from keytally.accounts.rules.regions import area_names, divisions, divisions_meant
from keytally.accounts.services import import_jobs, importing
from keytally.accounts.services.import_rows import Outcome, table_of
from keytally.core.access import person_of, requires
from keytally.exchange.errors import UnableToRead
from keytally.imports.services import UnableToImport, Upload
from keytally.jobs.services import UnableToStop

if TYPE_CHECKING:
    from keytally.jobs.models import Job

SAMPLE_ROWS, SHOWN_REJECTED = 5, 200
HALF_DONE = (ImportState.IMPORTING, ImportState.TAKING_BACK, ImportState.UNDOING)
KIND_LABELS: dict[ImportKind, Promise | str] = {
    ImportKind.STORES: gettext_lazy("Stores (customer base file S1)"),
    ImportKind.ACCOUNTS: gettext_lazy("Chains, companies, head offices, DCs"),
    ImportKind.CONTACTS: gettext_lazy("Contacts"),
    ImportKind.MEASURES: gettext_lazy("Measures (sales, profit, ...) by month"),
}
STATE_LABELS: dict[ImportState, Promise | str] = {
    ImportState.DRAFT: gettext_lazy("to be tried"),
    ImportState.CHECKED: gettext_lazy("tried, nothing kept yet"),
    ImportState.IMPORTING: gettext_lazy("being imported"),
    ImportState.TAKING_BACK: gettext_lazy("being taken back"),
    ImportState.DONE: gettext_lazy("imported"),
    ImportState.UNDOING: gettext_lazy("being undone"),
    ImportState.UNDONE: gettext_lazy("undone"),
}
_REFUSALS: dict[str, Promise | str] = {
    "ROWS_REJECTED": gettext_lazy(
        "Rows were rejected and all or nothing was chosen: mend the file, or take the good rows only."
    ),
    "TOO_MANY_ROWS": gettext_lazy("The file has more than 100,000 rows: cut it into several."),
    "HAS_DEPENDENTS": gettext_lazy(
        "Something depends on what this import added (%(what)s): it can no longer be undone."
    ),
    "CHANGED_SINCE": gettext_lazy(
        "Something that this import added or changed was changed again since: undoing it would lose that."
    ),
    "AT_WORK": gettext_lazy("This import is at work already: wait for it, or stop it first."),
    "AREA_UNKNOWN": gettext_lazy(
        "“%(what)s” is no province, city or district of GB/T 2260: write its name or its code of six digits."
    ),
    "AREA_NOT_ONE": gettext_lazy("Several divisions are called so: %(what)s. Write the code of the one that is meant."),
    "WRONG_STATE": gettext_lazy("The import is not in a state in which this can be done; look at the page again."),
}
_WARNINGS: dict[str, Promise | str] = {
    "DISTRICT_OPEN": gettext_lazy("district could not be resolved; it stays open"),
    "CITY_OPEN": gettext_lazy("city could not be resolved; it stays open"),
    "PROVINCE_OPEN": gettext_lazy("neither address nor import says in which province it lies; it stays open"),
    "CHAIN_ADDED": gettext_lazy("the chain was not there and is added"),
    "NOT_ACTIVATED": gettext_lazy("it stays a prospect: what must be known before a store is active is missing"),
    "PARENT_DIFFERS": gettext_lazy("it hangs under another company; a move needs a day and is made on its page"),
    "FIGURE_ROUNDED": gettext_lazy("the figure has more digits than its currency and was rounded"),
    "SAME_ACCOUNT_TWICE": gettext_lazy("the file names this account twice"),
    "DOUBT_NAMES_A_PLACE": gettext_lazy("the name says a car park, an entrance or the like: is it a store?"),
    "DOUBT_NAMES_A_TENANT": gettext_lazy("the name says a shop inside a store: is it a store of the chain?"),
    "DOUBT_CHAIN_NOT_NAMED": gettext_lazy("the name does not name the chain: is it a store of the chain?"),
}


@dataclass(frozen=True, slots=True)
class ColumnRow:
    """A column of S1 with the column of the file that was taken for it."""

    code: str
    label: str
    place: int | None
    sample: str


@requires("accounts.change")
@require_http_methods(["GET", "POST"])
def imports(request: HttpRequest) -> HttpResponse:
    person = person_of(request)
    error = ""
    if request.method == "POST":
        try:
            kept = _opened(request)
        except importing.UnableToImportAccounts as refusal:
            error = _refusal_sentence(*refusal.args)
        except (UnableToImport, UnableToRead, ValueError) as refusal:
            error = _sentence(refusal)
        else:
            return redirect("accounts:import", kept.pk)
    context = {
        "kinds": KIND_LABELS.items(),
        "provinces": divisions(),
        "error": error,
        "said": request.POST,
        "recent": [
            (one, KIND_LABELS[ImportKind(one.kind)], STATE_LABELS[ImportState(one.state)])
            for one in AccountImport.objects.filter(owner=person)
            .select_related("batch")
            .prefetch_related("batch__files")[:20]
        ],
    }
    return render(request, "accounts/imports.html", context, status=422 if error else 200)


@requires("accounts.change")
@require_http_methods(["GET", "POST"])
def account_import(request: HttpRequest, number: int) -> HttpResponse:
    kept = _own(request, number)
    if request.method == "POST" and kept.state in (ImportState.DRAFT, ImportState.CHECKED):
        return _act(request, kept, lambda: _try(request, kept))
    return render(request, "accounts/import.html", _shown(kept))


@requires("accounts.change")
@require_GET
def progress(request: HttpRequest, number: int) -> HttpResponse:
    """Show how far the job of an import is; once it has ended the whole page is shown anew."""
    kept = _own(request, number)
    job = import_jobs.job_of(kept)
    if request.headers.get("HX-Request") != "true":
        return redirect("accounts:import", kept.pk)
    response = render(request, "accounts/_import_running.html", _at_work(kept, job))
    if job is None or not job.is_active:
        response.headers["HX-Refresh"] = "true"
    return response


@requires("accounts.change")
@require_POST
def stop(request: HttpRequest, number: int) -> HttpResponse:
    kept = _own(request, number)
    try:
        import_jobs.stop(kept, by=person_of(request), now=datetime.now(UTC))
    except UnableToStop:
        messages.info(request, _("This job had already ended."))
    return redirect("accounts:import", kept.pk)


@requires("accounts.change")
@require_POST
def run(request: HttpRequest, number: int) -> HttpResponse:
    kept = _own(request, number)

    def act() -> None:
        done = import_jobs.do_import(kept, by=person_of(request), now=datetime.now(UTC))
        if isinstance(done, Outcome):
            count = done.accepted
            words = ngettext("%(count)d row was imported.", "%(count)d rows were imported.", count)
            messages.success(request, words % {"count": count})

    return _act(request, kept, act)


@requires("accounts.change")
@require_POST
def undo(request: HttpRequest, number: int) -> HttpResponse:
    kept = _own(request, number)

    def act() -> None:
        if import_jobs.undo(kept, by=person_of(request), now=datetime.now(UTC)) is None:
            messages.success(request, _("The import was undone: what it added is gone, what it changed is as it was."))

    return _act(request, kept, act)


def _own(request: HttpRequest, number: int) -> AccountImport:
    return get_object_or_404(AccountImport.objects.select_related("batch"), pk=number, owner=person_of(request))


def _try(request: HttpRequest, kept: AccountImport) -> None:
    import_jobs.need_idle(kept)
    _set_columns(request, kept)
    import_jobs.try_import(kept, by=person_of(request), now=datetime.now(UTC))


def _act(request: HttpRequest, kept: AccountImport, act: Callable[[], object]) -> HttpResponse:
    try:
        act()
    except importing.UnableToImportAccounts as refusal:
        messages.error(request, _refusal_sentence(*refusal.args))
    return redirect("accounts:import", kept.pk)


def _opened(request: HttpRequest) -> AccountImport:
    file, kind = request.FILES.get("file"), request.POST.get("kind", "")
    if file is None or kind not in set(ImportKind):
        raise ValueError("NO_FILE")
    return importing.open_import(
        Upload(file.name or "file", file.chunks()),
        kind=ImportKind(kind),
        area=_area(request),
        adds_chains="adds_chains" in request.POST,
        by=person_of(request),
        now=datetime.now(UTC),
    )


def _area(request: HttpRequest) -> str:
    """Read the division that was typed by its code or name; one that is none or not one alone is refused."""
    text = request.POST.get("area", "").strip()
    found = divisions_meant(text) if text else ()
    if text and not found:
        raise importing.UnableToImportAccounts("AREA_UNKNOWN", [text])
    if len(found) > 1:
        raise importing.UnableToImportAccounts(
            "AREA_NOT_ONE", [f"{'/'.join(area_names(one.code))} {one.code}" for one in found]
        )
    return found[0].code if found else ""


def _set_columns(request: HttpRequest, kept: AccountImport) -> None:
    chosen = {one.code: request.POST.get(f"column_{one.code}", "") for one in columns_of(ImportKind(kept.kind))}
    columns = {code: int(place) for code, place in chosen.items() if place.isascii() and place.isdecimal()}
    given = {"area": _area(request), "adds_chains": "adds_chains" in request.POST}
    importing.set_columns(kept, columns=columns, given=given, is_good_rows_only="good_rows_only" in request.POST)


def _shown(kept: AccountImport) -> dict[str, Any]:
    job = import_jobs.job_of(kept)
    is_running = bool(job and job.is_active)
    is_open = kept.state in (ImportState.DRAFT, ImportState.CHECKED) and not is_running
    return {
        **_at_work(kept, job),
        **(_understood(kept) if is_open else {}),
        "kind": KIND_LABELS[ImportKind(kept.kind)],
        "state": STATE_LABELS[ImportState(kept.state)],
        "is_open": is_open,
        "is_checked": kept.state == ImportState.CHECKED,
        "is_done": kept.state == ImportState.DONE,
        "is_half_done": kept.state in HALF_DONE and not is_running,
        "is_stopped": is_open and _was_stopped(job),
        "may_go_on": kept.state == ImportState.IMPORTING,
        "warnings": [(_WARNINGS.get(code, code), count, rows) for code, count, rows in kept.warnings],
        "rejected": _rejected(kept),
        "is_cut": (kept.batch.rejected_rows or 0) > SHOWN_REJECTED,
        "most_shown": SHOWN_REJECTED,
        "may_go": kept.state == ImportState.CHECKED and (kept.is_good_rows_only or not kept.batch.rejected_rows),
        "file": kept.batch.files.first(),
        "back": reverse("accounts:imports"),
    }


def _was_stopped(job: "Job | None") -> bool:
    """Tell whether the last job was stopped, or took back what a stopped one had done."""
    return bool(job and (job.state == "STOPPED" or job.parameters.get("act") == import_jobs.Act.UNDO))


def _at_work(kept: AccountImport, job: "Job | None") -> dict[str, Any]:
    is_running = bool(job and job.is_active)
    return {
        "kept": kept,
        "job": job,
        "is_running": is_running,
        "may_stop": bool(job and job.may_stop and job.parameters.get("act") != import_jobs.Act.UNDO),
        "counts_rows": kept.state == ImportState.IMPORTING,
    }


def _understood(kept: AccountImport) -> dict[str, Any]:
    table = table_of(kept)
    sample = [cells for _number, cells in zip(range(SAMPLE_ROWS), (row[1] for row in table.rows()), strict=False)]
    columns = [_column(one, kept, sample) for one in columns_of(ImportKind(kept.kind))]
    names = [(place, name or f"#{place + 1}") for place, name in enumerate(table.names)]
    used = {one.place for one in columns}
    return {
        "columns": [one for one in columns if one.place is not None],
        "others": [one for one in columns if one.place is None],
        "unused": [name for place, name in names if place not in used],
        "names": names,
        "provinces": divisions(),
        "area": "".join(area_names(kept.given.get("area", ""))),
        "adds_chains": kept.given.get("adds_chains", False),
    }


def _column(attribute: Any, kept: AccountImport, sample: list[list[str]]) -> ColumnRow:  # noqa: ANN401 - an attribute of S1
    is_chinese = (get_language() or "").startswith("zh")
    place = kept.columns.get(attribute.code)
    cells = [row[place] for row in sample if place is not None and place < len(row) and row[place]]
    return ColumnRow(
        attribute.code, attribute.name_zh if is_chinese else attribute.name_en, place, " · ".join(cells[:3])[:120]
    )


def _rejected(kept: AccountImport) -> list[tuple[Any, str]]:
    """List rejected rows, each with its column as the reader knows it; a reason of no one column names none."""
    is_chinese = (get_language() or "").startswith("zh")
    columns = columns_of(ImportKind(kept.kind))
    names = {one.code: one.name_zh if is_chinese else one.name_en for one in columns}
    return [(one, names.get(one.column, one.column)) for one in kept.batch.rejected.all()[:SHOWN_REJECTED]]


def _refusal_sentence(code: str, what: Sequence[Promise | str] = ()) -> str:
    return str(_REFUSALS[code]) % {"what": " · ".join(map(str, what))}


def _sentence(refusal: Exception) -> str:
    if isinstance(refusal, UnableToRead):
        return refusal.text(get_language() or "zh")
    if isinstance(refusal, UnableToImport):
        return _("This kind of file cannot be read; use xlsx, xls, csv, tsv or parquet.")
    return _("Choose a file and what its rows are.")
