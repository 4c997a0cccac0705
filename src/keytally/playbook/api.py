"""Operations about the playbook: find and write entries, ask the support centre and answer, write value down."""

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal

from django.http import Http404, HttpRequest
from ninja import Query, Router, Schema
from pydantic import Field

from keytally.accounts.queries.reach import visible_to as visible_accounts
from keytally.core.access import day_of, person_of
from keytally.identity.operations import Page, PageQuery, Problem, StateName, operation, page_of
from keytally.playbook.labels import ValueKind
from keytally.playbook.models import PlaybookEntry, SupportQuestion, ValueGiven
from keytally.playbook.queries import entries, support, value
from keytally.playbook.refusals import UnableToKeepEntry
from keytally.playbook.rules.entries import Content, EntryKind, Outcome, Text
from keytally.playbook.rules.tags import Axis
from keytally.playbook.services import entries as entry_services
from keytally.playbook.services import support as support_services
from keytally.playbook.services import value as value_services

if TYPE_CHECKING:
    from keytally.accounts.models import AccountNode

router = Router(tags=["playbook"])

Id = Annotated[int, Field(ge=1, lt=2**63)]
Long = Annotated[str, Field(max_length=20_000)]


class TagBody(Schema):
    """What an entry or a question is about, along one axis."""

    axis: Axis
    code: str = Field(min_length=1, max_length=40)


class EntryOut(Schema):
    """An entry; its account only for those who may see it."""

    id: int
    kind: str
    title_zh: str
    title_en: str
    body_zh: str
    body_en: str
    answer_zh: str
    answer_en: str
    outcome: str
    tags: list[TagBody]
    account: int | None
    version: int
    channel: str
    review_on: date | None
    is_retired: bool
    helped: int
    changed_at: datetime


class EntriesQuery(PageQuery):
    """Which entries; a tag is written as axis:code."""

    text: str = Field("", max_length=120)
    kind: StateName | None = None
    tag: str = Field("", max_length=60)


class EntryIn(Schema):
    """An entry to be added, in one language or both."""

    kind: EntryKind
    title_zh: str = Field("", max_length=120)
    title_en: str = Field("", max_length=160)
    body_zh: Long = ""
    body_en: Long = ""
    answer_zh: Long = ""
    answer_en: Long = ""
    outcome: Outcome | None = None
    tags: list[TagBody] = Field([], max_length=40)
    account: Id | None = None
    channel: str = Field("", max_length=40)
    review_on: date | None = None


class QuestionOut(Schema):
    """A question to the support centre, its clock, and its answer once there is one."""

    id: int
    title: str
    text: str
    state: str
    asker: int
    experts: list[int]
    asked_at: datetime
    due_at: datetime
    answer: str
    answered_by: int | None
    answered_at: datetime | None
    entry: int | None


class QuestionsQuery(PageQuery):
    """Which questions."""

    state: StateName | None = None
    whose: Literal["", "MINE", "TO_ME"] = ""


class QuestionIn(Schema):
    """A question to the support centre."""

    title: str = Field(min_length=1, max_length=120)
    text: str = Field(min_length=1, max_length=10_000)
    tags: list[TagBody] = Field([], max_length=20)
    account: Id | None = None


class AnswerBody(Schema):
    """The answer of an expert, and the kind of entry it becomes."""

    text: str = Field(min_length=1, max_length=10_000)
    kind: Literal["TECHNIQUE", "LESSON", "SUPPORT", "PRODUCT_FACT", "OBJECTION"] = "LESSON"


class ValueOut(Schema):
    """Something given to an account beside goods."""

    id: int
    account: int
    kind: str
    what: str
    reaction: str
    given_on: date
    given_by: int
    is_withdrawn: bool


class ValueIn(Schema):
    """Something that was given to an account."""

    kind: ValueKind
    what: str = Field(min_length=1, max_length=300)
    given_on: date
    reaction: str = Field("", max_length=300)


@operation(router, "GET", "/playbook/entries", permission=entries.VIEW, response=Page[EntryOut], summary="Find entries")
def playbook_entries(request: HttpRequest, query: Query[EntriesQuery]) -> dict[str, Any]:
    asked = {"text": query.text, "kind": query.kind or "", "tag": query.tag}
    person, day = person_of(request), day_of(request)
    found = entries.filtered(person, entries.wanted_of(asked), as_of=day)
    page = page_of(found, query=query, show=lambda entry: {"entry": entry})
    rows = [row["entry"] for row in page["items"]]
    seen = entries.readable_node_ids(rows, person=person, as_of=day)
    return {"items": [_entry(entry, seen) for entry in rows], "next": page["next"]}


@operation(
    router,
    "GET",
    "/playbook/entries/{int:number}",
    permission=entries.VIEW,
    response=EntryOut,
    summary="Look at one entry",
)
def playbook_entry(request: HttpRequest, number: int) -> dict[str, Any]:
    person, day = person_of(request), day_of(request)
    entry = entries.entry_of(number, person=person, as_of=day)
    if entry is None:
        raise Http404
    return _entry(entry, entries.readable_node_ids([entry], person=person, as_of=day))


@operation(
    router,
    "POST",
    "/playbook/entries",
    permission=entries.WRITE,
    response=EntryOut,
    summary="Write an entry",
    is_create=True,
)
def add_playbook_entry(request: HttpRequest, payload: EntryIn) -> dict[str, Any]:
    person, node = person_of(request), _account(request, payload.account)
    content = Content(
        kind=payload.kind,
        title=Text(_text(payload.title_zh), _text(payload.title_en)),
        body=Text(_text(payload.body_zh), _text(payload.body_en)),
        answer=Text(_text(payload.answer_zh), _text(payload.answer_en)),
        outcome=payload.outcome,
        tags=_tags(payload.tags),
        node=node.pk if node else None,
        channel=_text(payload.channel),
        review_on=payload.review_on,
    )
    try:
        entry = entry_services.add_entry(content, by=person, now=datetime.now(UTC))
    except UnableToKeepEntry as refusal:
        raise _problem(refusal) from refusal
    return _entry(entry, {node.pk} if node else set())


@operation(
    router,
    "GET",
    "/playbook/questions",
    permission=support.VIEW,
    response=Page[QuestionOut],
    summary="List the questions to the support centre that I may see",
)
def support_questions(request: HttpRequest, query: Query[QuestionsQuery]) -> dict[str, Any]:
    asked = support.asked_of({"state": query.state or "", "whose": query.whose})
    found = support.filtered(person_of(request), asked, as_of=day_of(request), now=datetime.now(UTC))
    return page_of(found, query=query, show=_question)


@operation(
    router,
    "POST",
    "/playbook/questions",
    permission="playbook.ask",
    response=QuestionOut,
    summary="Ask the support centre",
    is_create=True,
)
def ask_support(request: HttpRequest, payload: QuestionIn) -> dict[str, Any]:
    node = _account(request, payload.account)
    wish = support_services.Wish(_text(payload.title), _text(payload.text), _tags(payload.tags), node)
    try:
        return _question(support_services.ask(wish, by=person_of(request), now=datetime.now(UTC)))
    except UnableToKeepEntry as refusal:
        raise _problem(refusal) from refusal


@operation(
    router,
    "POST",
    "/playbook/questions/{int:number}/answer",
    permission="playbook.answer",
    response=QuestionOut,
    summary="Answer a question that is put to me",
)
def answer_support(request: HttpRequest, number: int, payload: AnswerBody) -> dict[str, Any]:
    person = person_of(request)
    question = support.question_of(number, person=person, as_of=day_of(request))
    if question is None or not question.experts.filter(person=person).exists():
        raise Http404
    kind, now = EntryKind(payload.kind), datetime.now(UTC)
    try:
        return _question(support_services.answer(number, text=_text(payload.text), kind=kind, by=person, now=now))
    except UnableToKeepEntry as refusal:
        raise _problem(refusal) from refusal


@operation(
    router,
    "GET",
    "/playbook/value/{int:number}",
    permission="accounts.view",
    response=Page[ValueOut],
    summary="List what was given to an account and to what lies below it",
)
def account_value(request: HttpRequest, number: int, query: Query[PageQuery]) -> dict[str, Any]:
    node = value.node_of(number, person=person_of(request), as_of=day_of(request), permission="accounts.view")
    if node is None:
        raise Http404
    return page_of(value.value_of(number), query=query, show=_value)


@operation(
    router,
    "POST",
    "/playbook/value/{int:number}",
    permission="accounts.relate",
    response=ValueOut,
    summary="Write down what was given to an account",
    is_create=True,
)
def record_account_value(request: HttpRequest, number: int, payload: ValueIn) -> dict[str, Any]:
    person, today = person_of(request), day_of(request)
    node = value.node_of(number, person=person, as_of=today, permission="accounts.relate")
    if node is None:
        raise Http404
    gift = value_services.Gift(payload.kind, _text(payload.what), payload.given_on, reaction=_text(payload.reaction))
    try:
        return _value(value_services.record_value(node, gift, by=person, today=today, now=datetime.now(UTC)))
    except UnableToKeepEntry as refusal:
        raise _problem(refusal) from refusal


def _account(request: HttpRequest, number: int | None) -> "AccountNode | None":
    if number is None:
        return None
    found = visible_accounts(person_of(request), as_of=day_of(request)).filter(pk=number).first()
    if found is None:
        raise Http404
    return found


def _tags(given: list[TagBody]) -> frozenset[tuple[Axis, str]]:
    return frozenset((one.axis, _text(one.code)) for one in given)


def _text(text: str) -> str:
    return text.replace("\x00", "").strip()


def _problem(refusal: UnableToKeepEntry) -> Problem:
    return Problem(422, refusal.codes[0].lower(), " ".join(refusal.sentences()), codes=list(refusal.codes))


def _entry(entry: PlaybookEntry, seen: set[int]) -> dict[str, Any]:
    names = ("kind", "title_zh", "title_en", "body_zh", "body_en", "answer_zh", "answer_en", "outcome")
    return {
        "id": entry.pk,
        **{name: getattr(entry, name) for name in (*names, "channel", "review_on", "helped", "changed_at")},
        "tags": [{"axis": one.axis, "code": one.code} for one in entry.tags.all()],
        "account": entry.node_id if entry.node_id in seen else None,
        "version": entry.number,
        "is_retired": entry.retired_at is not None,
    }


def _question(question: SupportQuestion) -> dict[str, Any]:
    names = ("title", "text", "state", "asked_at", "due_at", "answer", "answered_at")
    return {
        "id": question.pk,
        **{name: getattr(question, name) for name in names},
        "asker": question.asker_id,
        "experts": [seat.person_id for seat in question.experts.all() if seat.passed_at is None],
        "answered_by": question.answered_by_id,
        "entry": question.entry_id,
    }


def _value(given: ValueGiven) -> dict[str, Any]:
    names = ("kind", "what", "reaction", "given_on")
    return {
        "id": given.pk,
        "account": given.node_id,
        **{name: getattr(given, name) for name in names},
        "given_by": given.given_by_id,
        "is_withdrawn": given.withdrawn_at is not None,
    }
