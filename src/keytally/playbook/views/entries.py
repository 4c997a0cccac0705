"""The list of entries, one entry with its versions, and the form on which one is written."""

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from keytally.accounts.queries.reach import visible_to as visible_accounts
from keytally.core.access import requires
from keytally.core.queries import audit_of
from keytally.core.subjects import Subject
from keytally.playbook.forms import EntryForm, ReasonForm
from keytally.playbook.labels import AXES, KINDS, OUTCOMES, choices, tag_choices
from keytally.playbook.queries import entries
from keytally.playbook.refusals import UnableToKeepEntry
from keytally.playbook.rules.entries import Content, read_plain
from keytally.playbook.rules.tags import Axis
from keytally.playbook.services import entries as services
from keytally.playbook.views.moments import Moment, form_key, kept, moment

if TYPE_CHECKING:
    from keytally.playbook.models import PlaybookEntry

PER_PAGE = 30
HISTORY = 20


@requires("playbook.view")
@require_GET
def entry_list(request: HttpRequest) -> HttpResponse:
    found = moment(request)
    wanted = entries.wanted_of(request.GET.dict())
    page = Paginator(entries.filtered(found.by, wanted, as_of=found.today), PER_PAGE).get_page(request.GET.get("page"))
    rows = list(page)
    context = {
        "page": page,
        "rows": rows,
        "readable": entries.readable_node_ids(rows, person=found.by, as_of=found.today),
        "wanted": wanted,
        "kept": f"{query}&" if (query := wanted.query()) else "",
        "kinds": choices(KINDS),
        "outcomes": choices(OUTCOMES),
        "tag_groups": _tag_groups(),
        "may_write": found.by.may("playbook.write"),
        "sorts": [
            ("changed", _("newest first"), wanted.query(sort="changed", is_descending=True)),
            ("helped", _("most helpful first"), wanted.query(sort="helped", is_descending=True)),
            ("kind", _("by kind"), wanted.query(sort="kind", is_descending=False)),
        ],
    }
    return render(request, "playbook/list.html", context)


@requires("playbook.view")
@require_GET
def entry_page(request: HttpRequest, number: int) -> HttpResponse:
    found = moment(request)
    entry = _entry(found, number)
    may_change = entries.visible_to(found.by, found.today, permission="playbook.write").filter(pk=number).exists()
    version = _version(entry, request.GET.get("version", ""))
    shown = read_plain(version.content) if version else entries.content_of(entry)
    context = {
        "entry": entry,
        "shown": shown,
        "texts": _texts(shown),
        "version": version,
        "readable": entries.readable_node_ids([entry], person=found.by, as_of=found.today),
        "may_change": may_change,
        "has_thanked": entries.has_thanked(entry, found.by),
        "history": audit_of(Subject(services.ENTRY, number))[:HISTORY],
        "reason_form": ReasonForm(),
    }
    return render(request, "playbook/entry.html", context)


@requires("playbook.write")
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    found, key = moment(request), form_key(request, moment(request))
    first = {"kind": request.GET.get("kind", ""), "title_zh": "", "stage": request.GET.getlist("stage")}
    form = EntryForm(request.POST or None, nodes=_accounts(found), is_new=True, initial=first)
    made: list[PlaybookEntry] = []
    if kept(form, lambda: made.append(services.add_entry(form.content(), by=found.by, now=found.now, key=key))):
        messages.success(request, _("Kept in the playbook."))
        return redirect("playbook:entry", made[0].pk)
    return _form(request, form, title=_("New entry"), back=reverse("playbook:list"), key=key)


@requires("playbook.write")
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, number: int) -> HttpResponse:
    found = moment(request)
    entry = _entry(found, number, permission="playbook.write")
    seen = entry.node_id in entries.readable_node_ids([entry], person=found.by, as_of=found.today)
    account = f"{entry.node.code} {entry.node.name}" if entry.node and seen else ""
    first = EntryForm.shown(entries.content_of(entry), account=account, number=entry.number)
    form = EntryForm(request.POST or None, nodes=_accounts(found), initial=first)

    def keep() -> None:
        said = form.cleaned_data
        services.change_entry(
            number,
            form.content(),
            seen_number=said["number"] or 0,
            by=found.by,
            now=found.now,
            reason=said["reason"],
        )

    back = reverse("playbook:entry", args=[number])
    if kept(form, keep):
        messages.success(request, _("Kept as a new version."))
        return redirect(back)
    return _form(request, form, title=_("Change the entry"), back=back)


@requires("playbook.write")
@require_POST
def retire(request: HttpRequest, number: int) -> HttpResponse:
    found = moment(request)
    entry = _entry(found, number, permission="playbook.write")
    reason, is_retired = request.POST.get("reason", "")[:200], entry.retired_at is None
    try:
        services.retire_entry(number, is_retired=is_retired, by=found.by, now=found.now, reason=reason)
        messages.success(request, _("It is out of use.") if is_retired else _("It is in use again."))
    except UnableToKeepEntry as refusal:
        messages.error(request, " ".join(refusal.sentences()))
    return redirect("playbook:entry", number)


@requires("playbook.write")
@require_POST
def restore(request: HttpRequest, number: int, version: int) -> HttpResponse:
    found = moment(request)
    entry = _entry(found, number, permission="playbook.write")
    if not entry.versions.filter(number=version).exists():
        raise Http404
    try:
        services.restore_version(number, version=version, by=found.by, now=found.now)
        messages.success(request, _("Kept as a new version."))
    except UnableToKeepEntry as refusal:
        messages.error(request, " ".join(refusal.sentences()))
    return redirect("playbook:entry", number)


@requires("playbook.view")
@require_POST
def thank(request: HttpRequest, number: int) -> HttpResponse:
    found = moment(request)
    services.thank(_entry(found, number).pk, by=found.by, now=found.now)
    return redirect("playbook:entry", number)


def _entry(found: Moment, number: int, *, permission: str = entries.VIEW) -> "PlaybookEntry":
    entry = entries.entry_of(number, person=found.by, as_of=found.today, permission=permission)
    if entry is None:
        raise Http404
    return entry


def _version(entry: "PlaybookEntry", text: str) -> Any:  # noqa: ANN401 - a version or none
    number = int(text) if text.isascii() and text.isdecimal() and len(text) < 9 else 0
    return next((one for one in entry.versions.all() if one.number == number and number != entry.number), None)


def _accounts(found: Moment) -> Any:  # noqa: ANN401 - a queryset of accounts
    return visible_accounts(found.by, as_of=found.today)


def _form(request: HttpRequest, form: EntryForm, *, title: str, back: str, key: str = "") -> HttpResponse:
    context = {"form": form, "title": title, "back": back, "key": key, "categories": entries.categories()}
    return render(request, "playbook/form.html", context, status=422 if form.is_bound else 200)


def _texts(shown: Content) -> list[dict[str, str]]:
    """List what an entry says in each language that it speaks, the reader's first."""
    pairs = [("zh-Hans", "中文", "zh"), ("en", "English", "en")]
    if not (get_language() or "").startswith("zh"):
        pairs.reverse()
    said = [
        {
            "lang": lang,
            "label": label,
            "title": getattr(shown.title, code),
            "body": getattr(shown.body, code),
            "answer": getattr(shown.answer, code),
        }
        for lang, label, code in pairs
    ]
    return [one for one in said if one["body"] or one["title"]]


def _tag_groups() -> list[tuple[Any, list[tuple[str, Any]]]]:
    """List what the filter offers: every code by axis, and the categories that are used."""
    coded = [
        (AXES[axis], [(f"{axis}:{code}", word) for code, word in tag_choices(axis)])
        for axis in Axis
        if axis is not Axis.CATEGORY
    ]
    used = [(f"{Axis.CATEGORY}:{code}", code) for code in entries.categories()]
    return [*coded, (AXES[Axis.CATEGORY], used)] if used else coded
