"""What an entry must say, what is offered where, whom a question goes to and by when."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keytally.kernel.working_days import WorkingDays
from keytally.playbook.rules.clock import Expert, asked_experts, times
from keytally.playbook.rules.entries import Content, EntryKind, Outcome, Text, faults, plain, read_plain
from keytally.playbook.rules.relevance import Candidate, Context, matches
from keytally.playbook.rules.tags import CODES, Axis, is_known

AT = datetime(2026, 8, 3, 2, tzinfo=UTC)
TRADE, GAP, STAGE = (Axis.TACTIC, "TRADE"), (Axis.DIFFICULTY, "WIDE_GAP"), (Axis.STAGE, "NEGOTIATION")
LONG = (Axis.CATEGORY, "x" * 41)
DRINKS = (Axis.CATEGORY, "饮料")


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (Content(EntryKind.LESSON, Text("甲"), Text(en="b")), ()),
        (Content(EntryKind.LESSON, Text(), Text(" ")), ("TITLE_MISSING", "BODY_MISSING")),
        (Content(EntryKind.OBJECTION, Text("甲"), Text("乙"), answer=Text(" ", "")), ("ANSWER_MISSING",)),
        (Content(EntryKind.CASE, Text("甲"), Text("乙")), ("OUTCOME_MISSING",)),
        (Content(EntryKind.CASE, Text("甲"), Text("乙"), outcome=Outcome.LOST), ()),
        (Content(EntryKind.LESSON, Text("甲"), Text("乙"), tags=frozenset({(Axis.STAGE, "x")})), ("TAG_UNKNOWN",)),
        (
            Content(EntryKind.LESSON, Text("甲"), Text("乙"), tags=frozenset({(Axis.CATEGORY, "x" * 41)})),
            ("TAG_UNKNOWN",),
        ),
    ],
)
def test_an_entry_says_what_its_kind_asks_for(content, expected):
    assert faults(content) == expected


coded = st.sampled_from([(axis, code.value) for axis, codes in CODES.items() for code in codes])
texts = st.builds(Text, st.text(max_size=5), st.text(max_size=5))


@given(st.sampled_from(EntryKind), texts, texts, st.frozensets(coded, max_size=4), st.none() | st.sampled_from(Outcome))
def test_a_version_reads_back_as_it_was_kept(kind, title, body, tags, outcome):
    content = Content(kind, title, body, tags=tags, outcome=outcome, node=3)
    assert read_plain(plain(content)) == content
    assert all(map(is_known, tags))


def candidate(number, *tags, chain=None, helped=0):
    return Candidate(number, frozenset(tags), chain, helped, AT)


def test_what_fits_more_comes_first_then_what_helped():
    known = [
        candidate(1, STAGE),
        candidate(2, STAGE, TRADE),
        candidate(3, GAP, helped=5),
        candidate(4, DRINKS),
        candidate(5, chain=9),
        candidate(6, TRADE),
    ]
    context = Context(frozenset({STAGE, TRADE, GAP}), chain=9)
    assert [one.entry for one in matches(known, context, most=9)] == [2, 3, 6, 5, 1]
    assert [one.entry for one in matches(known, context, most=2)] == [2, 3]
    assert matches(known, Context(), most=9) == ()


def test_it_says_by_what_an_entry_fits():
    (found,) = matches([candidate(2, STAGE, TRADE, DRINKS, chain=9)], Context(frozenset({STAGE, TRADE}), 9), most=1)
    assert (found.tags, found.same_chain, found.points) == ((TRADE, STAGE), True, 12)


@pytest.mark.parametrize(
    ("tags", "asker", "expected"),
    [
        ({GAP}, 9, (1,)),
        ({DRINKS}, 9, (3,)),
        (set(), 9, (3,)),
        ({GAP}, 1, (3,)),
        (set(), 3, (1, 2)),
    ],
)
def test_a_question_goes_to_the_experts_of_its_topics(tags, asker, expected):
    experts = [Expert(1, frozenset({GAP, TRADE})), Expert(2, frozenset({STAGE})), Expert(3)]
    assert asked_experts(experts, tags=frozenset(tags), asker=asker) == expected


def test_the_clock_counts_working_days_and_halves_them():
    friday = datetime(2026, 8, 7, 10, tzinfo=ZoneInfo("Asia/Shanghai"))
    clock = times(friday, working_days=2, calendar=WorkingDays(ZoneInfo("Asia/Shanghai")))
    assert clock.due_at.isoformat() == "2026-08-11T18:00:00+08:00"
    assert clock.senior_at.isoformat() == "2026-08-12T18:00:00+08:00"
    assert friday < clock.remind_at < clock.due_at
