"""A stranger's opportunity with evidence, a team, a paper and a review, for the walk of every route."""

from keytally.accounts.rules.parties import NodeKind
from keytally.accounts.services.nodes import NewAccount, add_account
from keytally.core.clock import business_date
from keytally.core.models import User
from keytally.core.tests.samples import Samples, Secret
from keytally.funnel.labels import PaperKind
from keytally.funnel.models import HistoryImport
from keytally.funnel.queries.measures_slice import slice_of
from keytally.funnel.rules.stages import CustomerSize, Stage, TeamRole
from keytally.funnel.services.asking import JOB_KIND
from keytally.funnel.services.evidence import NewEvidence
from keytally.funnel.services.forecasts import make_forecast
from keytally.funnel.services.opening import NewOpportunity, open_opportunity
from keytally.funnel.services.papers import add_paper
from keytally.funnel.services.team import add_competitor, add_member, keep_review
from keytally.funnel.views.edits import EDITS
from keytally.imports.services import open_batch
from keytally.jobs.services import enqueue
from keytally.kernel.periods import Period

NAME, NOTE, RIVAL, REVIEWED = "secretopportunity", "secretgateevidence", "secretcompetitor", "secretreviewnote"


def _laid_out(stranger, *, now):
    today = business_date(now)
    node = add_account(NewAccount(kind=NodeKind.CHAIN, name_zh="x", owner=stranger), by=stranger, on=today, now=now)
    wanted = NewOpportunity(
        account=node,
        name=NAME,
        owner=stranger,
        opened_on=today,
        customer_size=CustomerSize.GOVERNMENT,
        amount_minor=100,
        evidence=[NewEvidence(code, today, note=NOTE) for code in ("accepts_material", "contact_made")],
    )
    one = open_opportunity(wanted=wanted, by=stranger, now=now)
    far = User.objects.get(username="far-boss")
    member = add_member(opportunity_id=one.pk, person=far, role=TeamRole.SUPPORT, by=stranger, now=now)
    add_competitor(opportunity_id=one.pk, name=RIVAL, standing="x", by=stranger, now=now)
    keep_review(opportunity_id=one.pk, note=REVIEWED, next_step="x", due_on=today, by=stranger, now=now)
    add_paper(
        opportunity_id=one.pk,
        chunks=[b"a form"],
        name="form.txt",
        kind=PaperKind.OTHER,
        received_on=today,
        by=stranger,
        now=now,
    )
    return one, member


def samples(stranger, *, now):
    one, member = _laid_out(stranger, now=now)
    forecast = _forecast(stranger, now=now)
    return Samples(
        values={
            "funnel:number": one.pk,
            "api/opportunities:number": one.pk,
            "funnel:edit:what": list(EDITS),
            "funnel:override:to": Stage.INTENT.value,
            "funnel:gate:stage": Stage.INTENT.value,
            "funnel:evidence_id": one.evidence.exclude(note="").first().pk,
            "funnel:member_id": member.pk,
            "funnel:forecast_id": forecast.pk,
            "funnel:job_id": _making(stranger, now=now).pk,
            "api/forecasts:forecast_id": forecast.pk,
            "funnel:history_id": _history(stranger, now=now).pk,
        },
        secrets=[Secret(text, "funnel.view") for text in (NAME, NOTE, RIVAL, REVIEWED)],
        things_of_all=frozenset({"funnel:gate"}),
        subjects={"opportunity": (one.pk, "funnel.view")},
    )


def _forecast(stranger, *, now):
    today = business_date(now)
    return make_forecast(slice_of({}, today=today), period=Period.through(today, today), by=stranger, now=now)


def _making(stranger, *, now):
    return enqueue(kind=JOB_KIND, owner=stranger, parameters={}, now=now)


def _history(stranger, *, now):
    return HistoryImport.objects.create(
        batch=open_batch(owner=stranger, now=now), owner=stranger, currency="CNY", state="CHECKED"
    )
