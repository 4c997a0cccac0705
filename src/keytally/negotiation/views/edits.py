"""Pages on which something of a negotiation is typed, and the buttons on its page."""

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from keytally.accounts.queries.pages import decision_map
from keytally.accounts.queries.reach import visible_node
from keytally.core.access import requires
from keytally.funnel.labels import EndReason
from keytally.negotiation import forms
from keytally.negotiation.labels import Result
from keytally.negotiation.models import KeyPerson, NegotiationIssue, TacticUse
from keytally.negotiation.queries.reach import CHANGE, MANDATE
from keytally.negotiation.queries.table import issues_of, on_table
from keytally.negotiation.refusals import UnableToNegotiate
from keytally.negotiation.rules.pattern import Warning
from keytally.negotiation.services import ending, preparing, rounds
from keytally.negotiation.views.occasions import Data, Edit, Occasion, answer, done, occasion, refuse


@requires("negotiation.change")
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, number: int, what: str) -> HttpResponse:
    return answer(request, occasion(request, number, permission=CHANGE), EDITS.get(what))


@requires("negotiation.mandate")
@require_http_methods(["GET", "POST"])
def mandate(request: HttpRequest, number: int, what: str) -> HttpResponse:
    return answer(request, occasion(request, number, permission=MANDATE), MANDATES.get(what))


@requires("negotiation.mandate")
@require_http_methods(["GET", "POST"])
def issue(request: HttpRequest, issue_id: int) -> HttpResponse:
    kept = _issue(issue_id)
    found = occasion(request, kept.negotiation_id, permission=MANDATE)

    def keep(occasion_: Occasion, form: forms.IssueForm) -> None:
        facts, reason = form.cleaned_data["facts"], form.cleaned_data["reason"]
        number = occasion_.negotiation.pk
        preparing.keep_issue(number, facts, by=found.by, now=found.now, issue_id=kept.pk, reason=reason)

    wanted = Edit(kept.name, lambda _o, data: forms.IssueForm(data, initial=forms.IssueForm.shown(kept)), keep)
    return answer(request, found, wanted)


@requires("negotiation.mandate")
@require_POST
def drop_issue(request: HttpRequest, issue_id: int) -> HttpResponse:
    kept = _issue(issue_id)
    found = occasion(request, kept.negotiation_id, permission=MANDATE)
    done(request, lambda: preparing.drop_issue(kept, by=found.by, now=found.now))
    return redirect("negotiation:show", found.negotiation.pk)


@requires("negotiation.mandate")
@require_http_methods(["GET", "POST"])
def beyond(request: HttpRequest, issue_id: int) -> HttpResponse:
    kept = _issue(issue_id)
    found = occasion(request, kept.negotiation_id, permission=MANDATE)

    def keep(_o: Occasion, form: forms.BeyondForm) -> None:
        said = form.cleaned_data
        try:
            level = forms.level_of(kept, said["level"])
        except ValidationError as fault:
            raise UnableToNegotiate(("APPROVAL_REFUSED", {"sentence": " ".join(fault.messages)})) from None
        ending.ask_beyond(kept, level=level, reason=said["reason"], by=found.by, now=found.now)

    title = _("Ask to go beyond the walk-away: %(issue)s") % {"issue": kept.name}
    about = _("Our walk-away is %(level)s.") % {"level": kept.words(kept.our_walk_away)}
    return answer(request, found, Edit(title, lambda _o, data: forms.BeyondForm(data), keep, about))


@requires("negotiation.change")
@require_POST
def drop_person(request: HttpRequest, person_id: int) -> HttpResponse:
    person = KeyPerson.objects.filter(pk=person_id).first()
    if person is None:
        raise Http404
    found = occasion(request, person.negotiation_id, permission=CHANGE)
    done(request, lambda: preparing.drop_person(person, by=found.by, now=found.now))
    return redirect("negotiation:show", found.negotiation.pk)


@requires("negotiation.change")
@require_POST
def tactic_result(request: HttpRequest, use_id: int) -> HttpResponse:
    use = TacticUse.objects.filter(pk=use_id).select_related("negotiation").first()
    if use is None:
        raise Http404
    found = occasion(request, use.negotiation_id, permission=CHANGE)
    result = request.POST.get("result", "")
    if result not in set(Result):
        raise Http404
    done(request, lambda: ending.end_tactic(use, result=Result(result), by=found.by, now=found.now))
    return redirect(f"{reverse('negotiation:show', args=[found.negotiation.pk])}#tactics")


@requires("negotiation.change")
@require_http_methods(["GET", "POST"])
def new_round(request: HttpRequest, number: int) -> HttpResponse:
    found = occasion(request, number, permission=CHANGE)
    issues = issues_of(found.negotiation)
    last = found.negotiation.rounds.order_by("-number").first()
    form = forms.RoundForm(request.POST or None, issues=issues, initial={"held_on": found.today})
    warned: tuple[Warning, ...] = ()
    if form.is_bound and form.is_valid():
        try:
            _keep_round(request, found, form)
        except rounds.WarningsNotSeen as refusal:
            warned = refusal.found
        except UnableToNegotiate as refusal:
            refuse(form, refusal)
        else:
            return redirect(f"{reverse('negotiation:show', args=[number])}#rounds")
    context = {
        "form": form,
        "negotiation": found.negotiation,
        "warned": [rounds.plain(one) for one in warned],
        "names": {str(one.pk): one for one in issues},
        "table": {one.issue.pk: one for one in on_table(found.negotiation)},
        "seen_number": request.POST.get("seen_number") or (last.number if last else 0),
        "sees": found.sees_walk_away,
    }
    return render(request, "negotiation/round.html", context, status=422 if form.is_bound else 200)


def _keep_round(request: HttpRequest, found: Occasion, form: forms.RoundForm) -> None:
    seen = request.POST.get("seen_number", "")
    rounds.record_round(
        found.negotiation.pk,
        form.facts(),
        by=found.by,
        now=found.now,
        as_of=found.today,
        seen_number=int(seen) if seen.isascii() and seen.isdecimal() else None,
        is_acknowledged=bool(request.POST.get("acknowledged")),
    )


def _issue(issue_id: int) -> NegotiationIssue:
    kept = NegotiationIssue.objects.filter(pk=issue_id).first()
    if kept is None:
        raise Http404
    return kept


def _preconditions(found: Occasion, data: Data) -> forms.PreconditionsForm:
    kept = found.negotiation
    return forms.PreconditionsForm(data, initial={name: getattr(kept, name) for name in preparing.FACTS})


def _keep_preconditions(found: Occasion, form: forms.PreconditionsForm) -> None:
    preparing.keep_preconditions(found.negotiation.pk, facts=form.cleaned_data, by=found.by, now=found.now)


def _person(found: Occasion, data: Data) -> forms.KeyPersonForm:
    """Offer the contacts on the decision map that are not named yet, to whoever may see the account."""
    account, named = found.negotiation.opportunity.account, found.negotiation.people.values_list("name", flat=True)
    if account is None or not visible_node(account.pk, person=found.by, as_of=found.today):
        return forms.KeyPersonForm(data)
    known = [one.contact.name for one in decision_map(account, as_of=found.today).known]
    return forms.KeyPersonForm(data, suggestions=[name for name in known if name not in set(named)])


def _keep_person(found: Occasion, form: forms.KeyPersonForm) -> None:
    preparing.keep_person(found.negotiation.pk, **form.cleaned_data, by=found.by, now=found.now)


def _marks(found: Occasion, data: Data) -> forms.MarksForm:
    kept = found.negotiation
    return forms.MarksForm(data, initial={name: getattr(kept, name) for name in preparing.MARKS})


def _keep_marks(found: Occasion, form: forms.MarksForm) -> None:
    preparing.keep_marks(found.negotiation.pk, marks=form.cleaned_data, by=found.by, now=found.now)


def _comparison(found: Occasion, data: Data) -> forms.ComparisonForm:
    initial = {}
    for cell in found.negotiation.cells.all():
        initial[f"{cell.party}_{cell.aspect}"] = cell.text
        initial[f"{cell.party}_{cell.aspect}_points"] = "" if cell.points is None else str(cell.points)
    return forms.ComparisonForm(data, sees_floor=found.sees_walk_away, initial=initial)


def _keep_comparison(found: Occasion, form: forms.ComparisonForm) -> None:
    preparing.keep_comparison(found.negotiation.pk, cells=form.cells(), by=found.by, now=found.now)


def _keep_tactic(found: Occasion, form: forms.TacticForm) -> None:
    ending.use_tactic(found.negotiation.pk, **form.cleaned_data, by=found.by, now=found.now)


def _deal(found: Occasion, data: Data) -> forms.DealForm:
    table = on_table(found.negotiation)
    plain = {f"level_{one.issue.pk}": one.our_text.removesuffix(f" {one.issue.unit}") for one in table}
    return forms.DealForm(data, issues=[one.issue for one in table], initial=plain)


def _keep_deal(found: Occasion, form: forms.DealForm) -> None:
    said = form.cleaned_data
    ending.deal(
        found.negotiation.pk,
        levels=said["levels"],
        note=said["note"],
        debrief=_debrief(form),
        by=found.by,
        now=found.now,
    )


def _keep_lost(found: Occasion, form: forms.LostForm) -> None:
    said = form.cleaned_data
    facts = {"reason": EndReason(said["reason"]), "note": said["note"], "lost_to": said["lost_to"]}
    ending.lose(found.negotiation.pk, **facts, debrief=_debrief(form), by=found.by, now=found.now)


def _keep_stopped(found: Occasion, form: forms.StoppedForm) -> None:
    said = form.cleaned_data
    facts = {"reason": EndReason(said["reason"]), "note": said["note"], "look_again_on": said["look_again_on"]}
    ending.stop(found.negotiation.pk, **facts, debrief=_debrief(form), by=found.by, now=found.now)


def _debrief(form: forms.EndForm) -> ending.Debrief:
    return ending.Debrief(form.cleaned_data["title"], form.cleaned_data["text"])


def _keep_issue(found: Occasion, form: forms.IssueForm) -> None:
    preparing.keep_issue(found.negotiation.pk, form.cleaned_data["facts"], by=found.by, now=found.now)


def _alternatives(found: Occasion, data: Data) -> forms.AlternativesForm:
    kept = found.negotiation
    initial = {
        "ours": kept.our_alternative,
        "theirs": kept.their_alternative,
        "our_percent": kept.our_alternative_ppm // 10_000,
        "their_percent": kept.their_alternative_ppm // 10_000,
    }
    return forms.AlternativesForm(data, initial=initial)


def _keep_alternatives(found: Occasion, form: forms.AlternativesForm) -> None:
    said = form.cleaned_data
    ppm = (10_000 * (said["our_percent"] or 0), 10_000 * (said["their_percent"] or 0))
    words = (said["ours"], said["theirs"])
    preparing.keep_alternatives(found.negotiation.pk, words=words, ppm=ppm, by=found.by, now=found.now)


EDITS: dict[str, Edit] = {
    "preconditions": Edit(gettext_lazy("Preconditions"), _preconditions, _keep_preconditions),
    "person": Edit(gettext_lazy("Key person of the customer"), _person, _keep_person),
    "marks": Edit(gettext_lazy("Difficulties, methods, phase"), _marks, _keep_marks, anchor="#tactics"),
    "comparison": Edit(
        gettext_lazy("Customer, competitor, we"),
        _comparison,
        _keep_comparison,
        gettext_lazy("Three sets of data side by side; points from 0 to 5 make them comparable."),
        "#comparison",
    ),
    "tactic": Edit(
        gettext_lazy("Tactic used"), lambda _o, data: forms.TacticForm(data), _keep_tactic, anchor="#tactics"
    ),
    "deal": Edit(
        gettext_lazy("Deal"),
        _deal,
        _keep_deal,
        gettext_lazy("The agreed package is frozen for the contract; the sale counts as won once it is signed."),
    ),
    "lost": Edit(gettext_lazy("Lost"), lambda _o, data: forms.LostForm(data), _keep_lost),
    "stopped": Edit(gettext_lazy("Stopped"), lambda _o, data: forms.StoppedForm(data), _keep_stopped),
}
MANDATES: dict[str, Edit] = {
    "issue": Edit(gettext_lazy("New issue"), lambda _o, data: forms.IssueForm(data), _keep_issue, anchor="#issues"),
    "alternatives": Edit(gettext_lazy("Best alternatives"), _alternatives, _keep_alternatives, anchor="#issues"),
}
