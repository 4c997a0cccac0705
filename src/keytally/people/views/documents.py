"""Pages of controlled documents: the list, a document with its versions, one version, and what may be done with it."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from keytally.core import actions
from keytally.core import queries as core_queries
from keytally.core.access import person_of, requires
from keytally.core.clock import business_date
from keytally.core.files import UnableToKeep
from keytally.core.subjects import Subject
from keytally.people.forms.documents import DraftForm, NewDocumentForm, NextVersionForm, PaperForm, initial_of
from keytally.people.forms.handover import ReasonForm
from keytally.people.models import ControlledDocument, DocumentVersion
from keytally.people.queries import documents as queries
from keytally.people.queries.documents import DocumentRow
from keytally.people.rules.documents import SignOff, Standing, State, Step, next_versions
from keytally.people.services import documents as services
from keytally.people.staff_words import PARTS, refusal, step_label
from keytally.people.views.asked import clock, day_asked

if TYPE_CHECKING:
    from keytally.core.models import User

CHANGE, PUBLISH = "documents.change", "documents.publish"
_FILE_REFUSALS: Mapping[str, str] = {
    "EMPTY": gettext_noop("The file is empty; choose it again."),
    "TOO_LARGE": gettext_noop("The file is larger than may be kept; make it smaller."),
    "UNKNOWN_TYPE": gettext_noop("Such a file cannot be kept; choose PDF, Word, a spreadsheet, a picture or text."),
}


@requires("documents.view")
@require_GET
def document_list(request: HttpRequest) -> HttpResponse:
    person, text = person_of(request), request.GET.get("text", "").strip()[:60].replace("\x00", "")
    as_of = day_asked(request)
    rows = queries.documents(person, as_of=as_of, text=text)
    context = {"rows": rows, "text": text, "as_of": as_of, "may_change": person.may(CHANGE)}
    return render(request, "people/documents/list.html", context)


@requires(CHANGE)
@require_http_methods(["GET", "POST"])
def document_new(request: HttpRequest) -> HttpResponse:
    form = NewDocumentForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            version = services.add_document(
                said["code"].strip(),
                sign_off=SignOff(said["sign_off"]),
                version=said["version"],
                draft=form.draft(),
                by=person_of(request),
                now=clock(),
            )
        except services.UnableToChange as error:
            form.add_error("code", _worded(error))
        else:
            return redirect("people:document_version", version.pk)
    return render(request, "people/documents/edit.html", {"form": form}, status=422 if form.is_bound else 200)


@requires("documents.view")
@require_GET
def document_page(request: HttpRequest, document_id: int) -> HttpResponse:
    row = _row(request, document_id)
    shown = row.in_force or row.coming or row.open or row.versions[0].version
    return _version_page(request, row, shown)


@requires("documents.view")
@require_GET
def version_page(request: HttpRequest, version_id: int) -> HttpResponse:
    return _version_page(request, *_seen(request, version_id))


@requires(CHANGE)
@require_http_methods(["GET", "POST"])
def version_edit(request: HttpRequest, version_id: int) -> HttpResponse:
    row, version = _seen(request, version_id)
    if version.state != State.DRAFT.value:
        return _version_page(request, row, version, errors=[refusal(f"IS_{version.state}")])
    form = DraftForm(request.POST or None, initial=initial_of(version))
    if request.method == "POST" and form.is_valid():
        try:
            services.change_draft(version.pk, draft=form.draft(), by=person_of(request), now=clock())
        except services.UnableToChange as error:
            form.add_error(None, _worded(error))
        else:
            messages.success(request, _("The draft was kept."))
            return redirect("people:document_version", version.pk)
    context = {"form": form, "version": version}
    return render(request, "people/documents/edit.html", context, status=422 if form.is_bound else 200)


@requires(CHANGE)
@require_POST
def file_add(request: HttpRequest, version_id: int) -> HttpResponse:
    row, version = _seen(request, version_id)
    file = request.FILES.get("file")
    if file is None:
        return _version_page(request, row, version, errors=[_("Choose a file first.")])
    try:
        services.add_file(version.pk, chunks=file.chunks(), name=file.name or "", by=person_of(request), now=clock())
    except UnableToKeep as error:
        sentence = _FILE_REFUSALS.get(error.code, _FILE_REFUSALS["UNKNOWN_TYPE"])
        return _version_page(request, row, version, errors=[_(sentence)])
    except services.UnableToChange as error:
        return _version_page(request, row, version, errors=[_worded(error)])
    return redirect("people:document_version", version.pk)


@requires(CHANGE)
@require_POST
def file_remove(request: HttpRequest, version_id: int, attachment_id: int) -> HttpResponse:
    def remove(found: int, *, by: "User", now: datetime) -> None:
        services.remove_file(found, attachment_id=attachment_id, by=by, now=now)

    return _act(request, version_id, act=remove, done=_("The file was removed."))


@requires(CHANGE)
@require_POST
def version_discard(request: HttpRequest, version_id: int) -> HttpResponse:
    done = _("The draft was discarded.")
    return _act(request, version_id, act=services.discard_draft, done=done, goes_on="people:documents")


@requires(CHANGE)
@require_POST
def version_act(request: HttpRequest, version_id: int, code: str) -> HttpResponse:
    row, version = _seen(request, version_id)
    person = person_of(request)
    action = actions.action_for(person, kind=queries.VERSION_KIND, code=code)
    if action is None:
        raise Http404
    try:
        return redirect(action.run(Subject(queries.VERSION_KIND, version.pk), person, clock()))
    except actions.UnableToAct as error:
        return _version_page(request, row, version, errors=[str(error)])
    except services.UnableToChange as error:
        return _version_page(request, row, version, errors=[_worded(error)])


@requires(PUBLISH)
@require_http_methods(["GET", "POST"])
def version_paper(request: HttpRequest, version_id: int) -> HttpResponse:
    _document, version = _seen(request, version_id)
    form = PaperForm(SignOff(version.document.sign_off), request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.publish_signed_on_paper(
                version.pk,
                signatures=form.signatures(),
                by=person_of(request),
                now=clock(),
                reason=form.cleaned_data["reason"],
            )
        except services.UnableToChange as error:
            form.add_error(None, _worded(error, sign_off=SignOff(version.document.sign_off)))
        else:
            messages.success(request, _("It is published with its signatures."))
            return redirect("people:document_version", version.pk)
    context = {"form": form, "version": version}
    return render(request, "people/documents/paper.html", context, status=422 if form.is_bound else 200)


@requires(PUBLISH)
@require_POST
def version_withdraw(request: HttpRequest, version_id: int) -> HttpResponse:
    form = ReasonForm(request.POST)
    if not form.is_valid():
        return _version_page(request, *_seen(request, version_id), errors=[_("Say why it is withdrawn.")])

    def withdraw(found: int, *, by: "User", now: datetime) -> None:
        services.withdraw(found, by=by, now=now, reason=form.cleaned_data["reason"])

    return _act(request, version_id, act=withdraw, done=_("It is withdrawn from today."))


@requires(CHANGE)
@require_POST
def document_next(request: HttpRequest, document_id: int) -> HttpResponse:
    row = _row(request, document_id)
    form = NextVersionForm(request.POST)
    errors = [] if form.is_valid() else [_("Choose one of the versions offered.")]
    if not errors:
        try:
            version = services.draft_next(
                row.document, version=form.cleaned_data["version"], by=person_of(request), now=clock()
            )
        except services.UnableToChange as error:
            errors = [_worded(error)]
        else:
            return redirect("people:document_edit", version.pk)
    return _version_page(request, row, row.versions[0].version, errors=errors)


@requires(CHANGE)
@require_POST
def document_preset(request: HttpRequest, document_id: int) -> HttpResponse:
    row = _row(request, document_id)
    wanted = request.POST.get("sign_off", "")
    if wanted not in {kind.value for kind in SignOff}:
        raise Http404
    try:
        services.set_sign_off(row.document, sign_off=SignOff(wanted), by=person_of(request), now=clock())
    except services.UnableToChange as error:
        return _version_page(request, row, row.versions[0].version, errors=[_worded(error)])
    return redirect("people:document", row.document.pk)


def _act(
    request: HttpRequest, number: int, *, act: Callable[..., object], done: str, goes_on: str = ""
) -> HttpResponse:
    row, version = _seen(request, number)
    try:
        act(version.pk, by=person_of(request), now=clock())
    except services.UnableToChange as error:
        return _version_page(request, row, version, errors=[_worded(error)])
    messages.success(request, done)
    return redirect(goes_on) if goes_on else redirect("people:document_version", version.pk)


def _version_page(
    request: HttpRequest, row: DocumentRow, version: DocumentVersion, *, errors: list[str] | None = None
) -> HttpResponse:
    person = person_of(request)
    standing = next(one.standing for one in row.versions if one.version.pk == version.pk)
    is_draft = standing is Standing.DRAFT
    context: dict[str, Any] = {
        "row": row,
        "document": row.document,
        "version": version,
        "standing": standing,
        "files": queries.files(version),
        "signatures": queries.signatures(version),
        "errors": errors or [],
        "history": core_queries.audit_of(Subject(queries.VERSION_KIND, version.pk)) if person.may(CHANGE) else [],
        "may_change": person.may(CHANGE),
        "may_edit": is_draft and person.may(CHANGE),
        "may_publish_paper": is_draft and person.may(PUBLISH),
        "may_withdraw": standing in (Standing.IN_FORCE, Standing.COMING) and person.may(PUBLISH),
        "actions": actions.actions_for(person, kind=queries.VERSION_KIND) if is_draft else [],
        "next_versions": _next(row) if person.may(CHANGE) else (),
        "sign_offs": ControlledDocument.SIGN_OFFS.items(),
    }
    return render(request, "people/documents/page.html", context, status=422 if errors else 200)


def _next(row: DocumentRow) -> tuple[object, ...]:
    if row.open is not None:
        return ()
    kept = (one.version for one in row.versions if one.standing is not Standing.DISCARDED)
    return next_versions(version.version_no for version in kept)


def _row(request: HttpRequest, number: int) -> DocumentRow:
    row = queries.document(number, person=person_of(request), as_of=business_date(clock()))
    if row is None:
        raise Http404
    return row


def _seen(request: HttpRequest, number: int) -> tuple[DocumentRow, DocumentVersion]:
    person, today = person_of(request), business_date(clock())
    version = get_object_or_404(queries.visible_versions(person, today).select_related("document"), pk=number)
    return _row(request, version.document_id), version


def _worded(error: services.UnableToChange, *, sign_off: SignOff = SignOff.FIVE_STEPS) -> str:
    if error.code == "STEPS_UNSIGNED":
        return refusal(error.code, missing=[step_label(Step(step), sign_off=sign_off) for step in error.missing])
    return refusal(error.code, missing=[PARTS.get(name, name) for name in error.missing])
