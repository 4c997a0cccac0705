"""A stranger's place in the organisation, for the walk of every route; the walk itself has set the company up."""

from datetime import timedelta

from keytally.core.clock import business_date
from keytally.core.models import User
from keytally.core.subjects import Subject
from keytally.core.tests.samples import Samples, Secret
from keytally.people.models import Delegation, Holding, OrganisationVersion, ReportingLine, TrainingAttempt
from keytally.people.models.tasks import TeamTask
from keytally.people.rules.documents import SignOff, VersionNo
from keytally.people.rules.training import Choice, Level
from keytally.people.services.documents import Draft, add_document
from keytally.people.services.handover import propose_handover
from keytally.people.services.training import Answer, CourseFacts, add_course, keep_question
from keytally.worklist.services import open_item

TASK = "secrettitleoftask"
REASON = "secretreasonofhandover"
PAPER = Draft(name_zh="x", name_en="x", text_zh="x", text_en="x")
COURSE = CourseFacts("WALK-1", "x", "x", Level.MASTER, roles=("REP",), attempts_allowed=2)


def samples(stranger, *, now):
    boss = User.objects.get(username="far-boss")
    task = TeamTask.objects.create(title=TASK, asked_by=boss, owner=stranger, due_on=business_date(now), asked_at=now)
    handover = _handover(stranger, to=boss, now=now)
    places, place_subjects = _places(stranger, now=now)
    papers, paper_subjects = _papers(stranger, by=boss, now=now)
    return Samples(
        values={**places, **papers, "people:task_id": task.pk, "people:number": handover.pk},
        secrets=[Secret(REASON, "handover.view"), Secret(TASK, "tasks.view")],
        subjects={
            **place_subjects,
            **paper_subjects,
            "team_task": (task.pk, "tasks.view"),
            "handover": (handover.pk, "handover.view"),
        },
    )


def _places(stranger, *, now):
    holding = Holding.objects.get(person=stranger)
    line = ReportingLine.objects.filter(position=holding.position).first()
    other = Holding.objects.exclude(person=stranger).filter(starts_on__lte=business_date(now)).first()
    delegation = Delegation.objects.create(
        person=stranger,
        delegate=other.person,
        starts_at=now + timedelta(days=9),
        ends_at=now + timedelta(days=10),
        added_by=stranger,
        added_at=now,
    )
    values = {
        "people:position_id": holding.position_id,
        "api/positions:position_id": holding.position_id,
        "people:unit_id": holding.position.unit_id,
        "people:holding_id": holding.pk,
        "people:line_id": line.pk,
        "people:person_id": stranger.pk,
        "people:delegation_id": delegation.pk,
    }
    subjects = {
        "position": (holding.position_id, "people.view"),
        "unit": (holding.position.unit_id, "people.view"),
        "organisation": (OrganisationVersion.objects.get().pk, "people.view"),
    }
    return values, subjects


def _papers(stranger, *, by, now):
    paper = add_document("WALK-1", sign_off=SignOff.THREE_STEPS, version=VersionNo("A", 1), draft=PAPER, by=by, now=now)
    course = add_course(COURSE, by=by, now=now)
    answers = [Answer("x", "x", is_right=True), Answer("y", "y")]
    question = keep_question(
        course, question=None, choice=Choice.SINGLE, text_zh="x", text_en="x", answers=answers, by=by, now=now
    )
    attempt = TrainingAttempt.objects.create(course=course, person=stranger, started_at=now, paper={"questions": []})
    values = {
        "people:code": "nosuchduty",
        "people:document_id": paper.document_id,
        "people:version_id": paper.pk,
        "people:attachment_id": 1,
        "people:document_act:code": "nosuchaction",
        "people:course_id": course.pk,
        "people:question_id": question.pk,
        "people:attempt_id": attempt.pk,
    }
    subjects = {
        "document_version": (paper.pk, "documents.change"),
        "training_course": (course.pk, "training.change"),
    }
    return values, subjects


def _handover(stranger, *, to, now):
    open_item(
        kind="case",
        subject=Subject("person", stranger.pk),
        owner=stranger,
        deadline=None,
        reason_code="DO",
        parameters={"title": "x"},
        now=now,
    )
    return propose_handover(giver=stranger, receiver=to, chosen=None, ends_access=False, by=to, reason=REASON, now=now)
