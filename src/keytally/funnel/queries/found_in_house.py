"""What shows criteria of gates already in the records of accounts and of the funnel itself: the finders."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from django.db.models import Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from keytally.accounts.models import Contact, RungEvidence, Visit
from keytally.accounts.rules.decision_map import DecisionRole, Stance
from keytally.accounts.rules.ladder import EvidenceKind
from keytally.accounts.rules.visits import VisitState
from keytally.core.clock import business_date
from keytally.funnel.labels import PaperKind, SourceKind
from keytally.funnel.models import OpportunityCompetitor, OpportunityPaper, TeamMember
from keytally.funnel.queries.finding import Asked, EvidenceFinder, Found, register_evidence_finder
from keytally.funnel.rules.decision import Vote, majority_is_for_us
from keytally.funnel.rules.stages import TeamRole

FOR_US = frozenset({Stance.CHAMPION.value, Stance.SUPPORTS.value})
CRITERIA_OF_PAPERS: Mapping[str, str] = {
    PaperKind.THEIR_FORM: "their_contract_form",
    PaperKind.OUR_FORM: "our_contract_form",
    PaperKind.TENDER_NOTICE: "tender_won",
    PaperKind.SIGNED_CONTRACT: "contract_signed",
}
VISIT_SHOWS = ("contact_made", "visit_agreed", "visited")


def _visits(asked: Sequence[Asked], as_of: date) -> Iterator[Found]:
    """Find the first visit made at the account since the opportunity was opened, else one planned for a coming day.

    A visit that was made had been agreed, whatever became of the plan; one that is only planned shows the agreement up
    to its day, and no longer when it did not take place.
    """
    by_account = _by_account(asked)
    visits = Visit.objects.filter(_at(by_account, "node"), state__in=[VisitState.MADE, VisitState.PLANNED])
    visits = visits.annotate(account=Coalesce("node__merged_into", "node")).order_by("on", "pk")
    rows = list(visits.values_list("account", "on", "state", "pk", "notes", "aim", "recorded_at"))
    for one, account_rows in _with_rows(by_account, rows):
        made = [row for row in account_rows if row[2] == VisitState.MADE and one.opened_on <= row[1] <= as_of]
        planned = [row for row in account_rows if row[2] == VisitState.PLANNED and row[1] >= as_of]
        if made:
            _account, day, _state, number, notes, aim, _at_all = made[0]
            for criterion in VISIT_SHOWS:
                yield _visit(one, criterion, day, number, notes or aim)
        elif planned:
            _account, day, _state, number, _notes, aim, recorded_at = planned[0]
            agreed_on = max(one.opened_on, min(as_of, business_date(recorded_at)))
            found = _visit(one, "visit_agreed", agreed_on, number, aim)
            yield replace(found, ends_before=day + timedelta(days=1))


def _proved_visits(asked: Sequence[Asked], as_of: date) -> Iterator[Found]:
    """Find the first visit that is on file as evidence for a relationship with a contact at the account."""
    by_account = _by_account(asked)
    proofs = RungEvidence.objects.filter(_at(by_account, "contact__node"), kind=EvidenceKind.VISIT, on__lte=as_of)
    proofs = proofs.annotate(account=Coalesce("contact__node__merged_into", "contact__node"))
    rows = list(proofs.order_by("on", "pk").values_list("account", "on", "contact", "note"))
    for one, account_rows in _with_rows(by_account, rows):
        first = next((row for row in account_rows if row[1] >= one.opened_on), None)
        if first:
            _account, day, contact, note = first
            for criterion in VISIT_SHOWS:
                yield Found(one.opportunity, criterion, day, SourceKind.VISIT_NOTE, "contact", contact, note[:500])


def _visit(one: Asked, criterion: str, day: date, number: int, note: str) -> Found:
    return Found(one.opportunity, criterion, day, SourceKind.VISIT_NOTE, "visit", number, note[:200])


def _decision(asked: Sequence[Asked], as_of: date) -> Iterator[Found]:
    """Find that whoever decides is for us, from the weights and stances on the decision map (F08)."""
    by_account = _by_account(asked)
    contacts = Contact.objects.filter(_at(by_account, "node"), weight__gt=0).filter(_present(as_of))
    contacts = contacts.annotate(account=Coalesce("node__merged_into", "node"))
    rows = list(contacts.values_list("account", "weight", "stance"))
    for one, account_rows in _with_rows(by_account, rows):
        votes = [Vote(weight, stance in FOR_US) for _account, weight, stance in account_rows]
        if majority_is_for_us(votes) and one.account:
            yield Found(one.opportunity, "majority_for_us", as_of, SourceKind.STANCE, "account", one.account)


def _sponsor(asked: Sequence[Asked], as_of: date) -> Iterator[Found]:
    """Find the project lead at the customer: a contact who has that role."""
    by_account = _by_account(asked)
    leads = Contact.objects.filter(_at(by_account, "node"), decision_role=DecisionRole.PROJECT_LEAD)
    leads = leads.filter(_present(as_of)).annotate(account=Coalesce("node__merged_into", "node"))
    rows = list(leads.order_by("-weight", "pk").values_list("account", "pk", "name"))
    for one, account_rows in _with_rows(by_account, rows):
        for _account, contact, name in account_rows[:1]:
            yield Found(one.opportunity, "sponsor_named", as_of, SourceKind.STANCE, "contact", contact, name)


def _papers(asked: Sequence[Asked], as_of: date) -> Iterator[Found]:
    """Find contract forms and notices among the papers laid to the opportunity."""
    papers = OpportunityPaper.objects.filter(opportunity__in=_numbers(asked), received_on__lte=as_of)
    for paper in papers.filter(kind__in=CRITERIA_OF_PAPERS).select_related("attachment"):
        yield Found(
            opportunity=paper.opportunity_id,
            criterion=CRITERIA_OF_PAPERS[paper.kind],
            happened_on=paper.received_on,
            source_kind=SourceKind.DOCUMENT,
            subject_kind="attachment",
            subject_id=paper.attachment_id,
            note=paper.attachment.name[:200],
        )


def _team(asked: Sequence[Asked], as_of: date) -> Iterator[Found]:
    """Find that our project team is formed: a project manager and at least one other person."""
    running = Q(ends_before=None) | Q(ends_before__gt=as_of)
    members = TeamMember.objects.filter(running, opportunity__in=_numbers(asked), starts_on__lte=as_of)
    teams: dict[int, list[TeamMember]] = defaultdict(list)
    for member in members:
        teams[member.opportunity_id].append(member)
    for opportunity, team in teams.items():
        lead = next((one for one in team if one.role == TeamRole.PROJECT_MANAGER), None)
        if lead and len({one.person_id for one in team}) > 1:
            day = max(one.starts_on for one in team)
            yield Found(opportunity, "our_team_formed", day, SourceKind.OTHER, "opportunity", opportunity)


def _competitors(asked: Sequence[Asked], as_of: date) -> Iterator[Found]:
    """Find that competitors are known: they stand on the opportunity's list."""
    known = OpportunityCompetitor.objects.filter(opportunity__in=_numbers(asked), recorded_on__lte=as_of)
    first: dict[int, OpportunityCompetitor] = {}
    for one in known.order_by("recorded_on", "pk"):
        first.setdefault(one.opportunity_id, one)
    for opportunity, one in first.items():
        day = one.recorded_on
        yield Found(opportunity, "competitors_known", day, SourceKind.OTHER, "opportunity", opportunity, one.name)


def _by_account(asked: Sequence[Asked]) -> dict[int, list[Asked]]:
    places: dict[int, list[Asked]] = defaultdict(list)
    for one in asked:
        if one.account:
            places[one.account].append(one)
    return places


def _at(by_account: Mapping[int, Sequence[Asked]], lookup: str) -> Q:
    """Keep what stands at these accounts or at aliases of them."""
    return Q(**{f"{lookup}__in": list(by_account)}) | Q(**{f"{lookup}__merged_into__in": list(by_account)})


def _present(as_of: date) -> Q:
    return Q(left_on=None) | Q(left_on__gt=as_of)


def _with_rows(
    by_account: Mapping[int, Sequence[Asked]], rows: Iterable[tuple[Any, ...]]
) -> Iterator[tuple[Asked, list[tuple[Any, ...]]]]:
    """Give every opportunity the rows of its account, which is the first thing in each of them."""
    grouped: dict[int, list[tuple[Any, ...]]] = defaultdict(list)
    for row in rows:
        grouped[row[0]].append(row)
    for account, opportunities in by_account.items():
        for one in opportunities:
            yield one, grouped.get(account, [])


def _numbers(asked: Sequence[Asked]) -> list[int]:
    return [one.opportunity for one in asked]


for _finder in (
    EvidenceFinder("visits", _("Visits logged"), VISIT_SHOWS, _visits),
    EvidenceFinder("proved_visits", _("Visits on file for a relationship"), VISIT_SHOWS, _proved_visits),
    EvidenceFinder("decision", _("Weights and stances on the decision map"), ("majority_for_us",), _decision),
    EvidenceFinder("sponsor", _("Project lead among the contacts"), ("sponsor_named",), _sponsor),
    EvidenceFinder("papers", _("Papers laid to the opportunity"), tuple(CRITERIA_OF_PAPERS.values()), _papers),
    EvidenceFinder("team", _("Our project team"), ("our_team_formed",), _team),
    EvidenceFinder("competitors", _("Competitors on the list"), ("competitors_known",), _competitors),
):
    register_evidence_finder(_finder)
