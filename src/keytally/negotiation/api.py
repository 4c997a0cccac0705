"""Operations about negotiations: list them, look at one with its packages, keep a round."""

from datetime import UTC, date, datetime
from typing import Annotated, Any

from django.http import Http404, HttpRequest
from ninja import Query, Router, Schema
from pydantic import Field

from keytally.core.access import day_of, person_of
from keytally.core.sensitivity import may_read, serialized
from keytally.identity.operations import Page, PageQuery, Problem, StateName, operation, page_of
from keytally.negotiation import api_deeds
from keytally.negotiation.models import Negotiation
from keytally.negotiation.queries import reach, table
from keytally.negotiation.refusals import UnableToNegotiate
from keytally.negotiation.rules.issues import Side
from keytally.negotiation.services import preparing, rounds
from keytally.negotiation.services.keeping import NEGOTIATION

router = Router(tags=["negotiation"])

Id = Annotated[int, Field(ge=1, lt=2**63)]
Level = Annotated[int, Field(gt=-(10**15), lt=10**15)]


class NegotiationOut(Schema):
    """A negotiation, and where it stands."""

    id: int
    opportunity: int
    state: str
    deadline: date | None
    opened_at: datetime
    ended_at: datetime | None
    agreed: list[dict[str, Any]]
    agreed_hash: str


class IssueOut(Schema):
    """An issue; levels are whole numbers with so many decimals; walk-away only for whom it is."""

    id: int
    name: str
    unit: str
    decimals: int
    opening: int
    target: int
    walk_away: int | None
    weight: int
    now_ours: int
    now_theirs: int
    hidden: list[str]


class NegotiationWithIssuesOut(NegotiationOut):
    """A negotiation with what is on the table, what is missing, and the utilities in parts per million."""

    missing: list[str]
    issues: list[IssueOut]
    our_offer_ppm: list[int] | None
    fairest: list[dict[str, int]] | None


class NegotiationsQuery(PageQuery):
    """Which negotiations."""

    state: StateName | None = None
    text: str = Field("", max_length=80)


class MoveBody(Schema):
    """What a side put on the table on an issue."""

    issue: Id
    side: Side
    level: Level
    in_return: str = Field("", max_length=200)


class RoundIn(Schema):
    """A round as it was held; `acknowledged` once its warnings were read."""

    held_on: date
    who: str = Field(min_length=1, max_length=200)
    moves: list[MoveBody] = Field([], max_length=100)
    asked: str = Field("", max_length=500)
    notes: str = Field("", max_length=2000)
    deadline: date | None = None
    price_objection: bool = False
    acknowledged: bool = False


class RoundOut(Schema):
    """A round that was kept, with the codes of what the pattern watch said."""

    id: int
    number: int
    held_on: date
    warnings: list[str]


@operation(
    router,
    "GET",
    "/negotiations",
    permission=reach.VIEW,
    response=Page[NegotiationOut],
    summary="List the negotiations I may see",
)
def negotiations(request: HttpRequest, query: Query[NegotiationsQuery]) -> dict[str, Any]:
    asked = reach.asked_of({"state": query.state or "", "text": query.text})
    return page_of(reach.filtered(person_of(request), asked, as_of=day_of(request)), query=query, show=_shown)


@operation(
    router,
    "GET",
    "/negotiations/{int:number}",
    permission=reach.VIEW,
    response=NegotiationWithIssuesOut,
    summary="Look at one negotiation",
)
def negotiation(request: HttpRequest, number: int) -> dict[str, Any]:
    person, day = person_of(request), day_of(request)
    found = reach.negotiation_of(number, person=person, as_of=day)
    if found is None:
        raise Http404
    sees = may_read(person, kind=NEGOTIATION, field="walk_away")
    picture = table.picture_of(found) if sees else None
    ours = picture.ours if picture else None
    return {
        **_shown(found),
        "missing": list(preparing.verdict_of(found, as_of=day).unmet),
        "issues": [
            serialized(
                {
                    "id": one.issue.pk,
                    **{name: getattr(one.issue, name) for name in ("name", "unit", "decimals")},
                    "opening": one.issue.our_opening,
                    "target": one.issue.our_target,
                    "walk_away": one.issue.our_walk_away,
                    "weight": one.issue.our_weight,
                    "now_ours": one.ours,
                    "now_theirs": one.theirs,
                },
                person=person,
                kind=NEGOTIATION,
            )
            for one in table.on_table(found)
        ],
        "our_offer_ppm": [ours.us_ppm, ours.them_ppm] if ours else None,
        "fairest": [dict(one.levels) for one in picture.fairest] if picture else None,
    }


@operation(
    router,
    "POST",
    "/negotiations/{int:number}/rounds",
    permission=reach.CHANGE,
    response=RoundOut,
    summary="Keep a round; refused until its warnings are acknowledged",
    is_create=True,
)
def keep_round(request: HttpRequest, number: int, payload: RoundIn) -> dict[str, Any]:
    person, day = person_of(request), day_of(request)
    found = reach.negotiation_of(number, person=person, as_of=day, permission=reach.CHANGE)
    if found is None:
        raise Http404
    known = {issue.pk for issue in table.issues_of(found)}
    if any(one.issue not in known for one in payload.moves):
        raise Http404
    said = payload.model_dump(exclude={"moves", "acknowledged"})
    offers = [rounds.Offer(one.issue, one.side, one.level, _text(one.in_return)) for one in payload.moves]
    typed: dict[str, Any] = {name: _text(what) if isinstance(what, str) else what for name, what in said.items()}
    facts = rounds.RoundFacts(**typed, offers=offers)
    try:
        kept = rounds.record_round(
            number, facts, by=person, now=datetime.now(UTC), as_of=day, is_acknowledged=payload.acknowledged
        )
    except rounds.WarningsNotSeen as refusal:
        codes = [one.code for one in refusal.found]
        raise Problem(409, "warnings_not_seen", " ".join(refusal.sentences()), warnings=codes) from refusal
    except UnableToNegotiate as refusal:
        raise Problem(
            422, refusal.codes[0].lower(), " ".join(refusal.sentences()), codes=list(refusal.codes)
        ) from refusal
    codes = [one["code"] for one in kept.warnings]
    return {"id": kept.pk, "number": kept.number, "held_on": kept.held_on, "warnings": codes}


def _text(text: str) -> str:
    return text.replace("\x00", "").strip()


def _shown(found: Negotiation) -> dict[str, Any]:
    names = ("state", "deadline", "opened_at", "ended_at", "agreed", "agreed_hash")
    return {"id": found.pk, "opportunity": found.opportunity_id, **{name: getattr(found, name) for name in names}}


api_deeds.add_to(router)
