"""Which papers does the demo company have? One of each: documents, handbook, courses, tasks, handovers."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from keytally.core.clock import business_date
from keytally.core.demo import demo
from keytally.people.queries import handbook as handbook_queries
from keytally.people.queries import handover as handover_queries
from keytally.people.queries.members import members
from keytally.people.queries.positions import person_named
from keytally.people.rules.documents import STEPS, SignOff, VersionNo
from keytally.people.rules.training import Choice, Level
from keytally.people.services import documents, handbook, handover, tasks, training
from keytally.people.services.documents import Draft, Signature
from keytally.people.services.training import Answer, CourseFacts

if TYPE_CHECKING:
    from keytally.core.models import User
    from keytally.people.models import TrainingCourse

RULES = Draft(
    name_zh="KA渠道管理制度",
    name_en="KA channel rules",
    department_zh="总部KA部",
    department_en="Head-office KA department",
    wanted_on=date(2016, 7, 1),
    pages=20,
    text_zh="目的：规范KA渠道的组织、汇报和数据。\n适用范围：总部、大区、区域的全体KA人员。",
    text_en="Purpose: order the organisation, reporting and data of the KA channel.\nScope: all KA staff.",
)
FORM = Draft(
    name_zh="拒收处理办法",
    name_en="Handling of rejections",
    department_zh="供应链部",
    department_en="Supply chain",
    pages=3,
    text_zh="门店拒收当日登记原因、数量和照片，次日内查明责任。",
    text_en="Note cause, quantity and photo of a rejection the same day; settle who answers for it by the next.",
)
PRICES = CourseFacts(
    code="P-01",
    name_zh="价盘与报价审批",
    name_en="Price structure and approval of quotations",
    level=Level.MASTER,
    roles=("REP", "AKM", "CM"),
    text_zh="报价不得低于底价；低于指导价须全国KA经理批准，低于底价须销售总监和财务总监批准。",
    text_en="No quotation below the floor. Below the guide price the national KA manager agrees; below the floor the"
    " sales director and the finance director.",
    minutes=45,
    valid_months=12,
    attempts_allowed=3,
)
LOOK_UP = CourseFacts(
    code="D-01",
    name_zh="受控文件在哪里查",
    name_en="Where controlled documents are found",
    level=Level.LOOK_UP,
    roles=("REP", "ASS", "AKM", "RKM", "NKM"),
    text_zh="人员 → 受控文件：只看“有效”的版本。",
    text_en="People, then Documents: only the version in force counts.",
    minutes=10,
)


@dataclass(frozen=True, slots=True)
class Asked:
    """A question of the demo's test; the first answer is right."""

    zh: str
    en: str
    answers: tuple[tuple[str, str], ...]


QUESTIONS = (
    Asked(
        "报价低于指导价，但不低于底价，由谁批准？",
        "Who agrees to a quotation below the guide price but not below the floor?",
        (("全国KA经理", "National KA manager"), ("业代本人", "The representative"), ("客户采购", "The buyer")),
    ),
    Asked(
        "报价低于底价，由谁批准？",
        "Who agrees to a quotation below the floor?",
        (
            ("销售总监和财务总监", "Sales director and finance director"),
            ("区域经理", "Area manager"),
            ("无须批准", "Nobody has to"),
        ),
    ),
    Asked(
        "发现门店售价低于价盘，先做什么？",
        "A store sells below the price structure; what comes first?",
        (
            ("当日上报并取证", "Report it the same day, with proof"),
            ("等月报再写", "Put it into the monthly report"),
            ("自行降价跟进", "Lower one's own price"),
        ),
    ),
)


@demo("people_papers")
def lay_out_papers(owner: "User", now: datetime) -> str:
    """Give the demo company's people something to read, learn, do and hand over."""
    if handbook_queries.editions().exists():
        return "The demo company's papers are there already."
    today = business_date(now)
    cast = {name: person_named(name) for name in ("admin", "national", "manager", "rep", "region")}
    admin = cast["admin"] or owner
    _documents(admin, now=now)
    for member in members(as_of=today)[5:]:
        handbook.acknowledge(member.person, number=handbook_queries.FIRST_NUMBER, now=now)
    manager, rep = cast["manager"], cast["rep"]
    if manager is None or rep is None:
        return "The demo company has documents and a handbook."
    _courses(admin, passes=manager, fails=rep, now=now)
    _tasks(manager, rep=rep, region=cast["region"] or manager, today=today, now=now)
    _handovers(manager, rep=rep, now=now)
    return "The demo company has documents, a handbook, courses, tasks and handovers: see People."


def _documents(by: "User", *, now: datetime) -> None:
    """Keep one document that was signed on paper long ago, its next version as a draft, and one that is new."""
    preset, first = SignOff.FIVE_STEPS, VersionNo("A", 1)
    old = documents.add_document("YLNF/XS/BF/20", sign_off=preset, version=first, draft=RULES, by=by, now=now)
    names = ("方明远", "徐慧", "郭伟", "马丽", "林峰")
    signed = [Signature(step, name, date(2016, 6, 20)) for step, name in zip(STEPS[preset], names, strict=True)]
    documents.publish_signed_on_paper(old.pk, signatures=signed, by=by, now=now, reason="档案柜 3-12 / file 3-12")
    documents.draft_next(old.document, version=first.next_revision(), by=by, now=now)
    documents.add_document("KT/LOG/07", sign_off=SignOff.THREE_STEPS, version=first, draft=FORM, by=by, now=now)


def _courses(by: "User", *, passes: "User", fails: "User", now: datetime) -> None:
    course = training.add_course(PRICES, by=by, now=now)
    for asked in QUESTIONS:
        training.keep_question(
            course,
            question=None,
            choice=Choice.SINGLE,
            text_zh=asked.zh,
            text_en=asked.en,
            answers=[Answer(zh, en, is_right=not place) for place, (zh, en) in enumerate(asked.answers)],
            by=by,
            now=now,
        )
    training.open_course(course, by=by, now=now)
    training.open_course(training.add_course(LOOK_UP, by=by, now=now), by=by, now=now)
    _sit(course, person=passes, place=0, now=now)
    _sit(course, person=fails, place=1, now=now)


def _sit(course: "TrainingCourse", *, person: "User", place: int, now: datetime) -> None:
    """Sit the test and choose the same place in every question."""
    attempt = training.start_attempt(course, person=person, now=now)
    chosen = {printed["id"]: {printed["answers"][place]["id"]} for printed in attempt.paper["questions"]}
    training.hand_in(attempt.pk, person=person, chosen=chosen, now=now)


def _tasks(manager: "User", *, rep: "User", region: "User", today: date, now: datetime) -> None:
    wanted = (
        (rep, "补拍端架执行照片", "Take the end-cap photos again", manager, 1),
        (rep, "核对上月拒收明细", "Check last month's rejections", manager, 4),
        (manager, "汇总华东档期费用", "Sum up what the East's slots cost", region, 6),
    )
    for owner, zh, en, by, days in wanted:
        due_on = today + timedelta(days=days)
        tasks.ask_task(title=f"{zh} / {en}", text="", owner=owner, due_on=due_on, by=by, now=now)


def _handovers(manager: "User", *, rep: "User", now: datetime) -> None:
    """Let one task have passed over already, and the rest of the representative's work wait to be confirmed."""
    first = handover.propose_handover(
        giver=rep,
        receiver=manager,
        chosen=sorted(handover_queries.held(rep))[:1],
        ends_access=False,
        by=rep,
        now=now,
        reason="端架改由经理负责 / end caps go to the manager",
    )
    _rows, found = handover_queries.item_rows(first)
    if found is not None:
        handover.confirm_handover(first.pk, fingerprint=found.fingerprint, by=manager, now=now, remarks={})
    handover.propose_handover(
        giver=rep,
        receiver=manager,
        chosen=None,
        ends_access=False,
        by=rep,
        now=now,
        reason="休假两周 / away for two weeks",
    )
