import dataclasses
import threading

import pytest

from keytally.exchange.profile import MatchProfile
from keytally.reconciliation.engine import run as engine_run
from keytally.reconciliation.engine import same_number
from keytally.reconciliation.engine.contract import ConservationBroken, Progress, Stopped, UnableToRun
from keytally.reconciliation.engine.pairing import Rule, take
from keytally.reconciliation.engine.run import run
from keytally.reconciliation.engine.tests.ledgers import Line, request_for

OURS = [Line(), Line("INV-20002"), Line("INV-30003", a=7_000)]
THEIRS = [Line(), Line("INV-20002"), Line("INV-30003", a=6_500)]
STEPS = ["plan", "clean", "open", *MatchProfile().rules, "judge", "write"]


def drop_a_line(session, plan, number):
    session.run("delete from open where n = 3")


def link_twice(session, plan, number):
    session.run("create table found as select 3 as a, -3 as b, 3 as grp")
    take(session, Rule("broken", 1))
    session.run("create table found as select 3 as a, -1 as b, 99 as grp")
    take(session, Rule("broken", 1))


def link_unknown_line(session, plan, number):
    session.run("create table found as select 3 as a, -77 as b, 3 as grp")
    take(session, Rule("broken", 1))


def reopen_linked_lines(session, plan, number):
    session.run("insert into open select * replace (1 as n) from open limit 1")


@pytest.mark.parametrize("rule", [drop_a_line, link_twice, link_unknown_line, reopen_linked_lines])
def test_it_never_gives_a_result_when_a_rule_loses_or_doubles_a_line(tmp_path, monkeypatch, rule):
    monkeypatch.setitem(engine_run.NUMBER_RULES, "same_key", rule)
    request = request_for(tmp_path, OURS, THEIRS)
    with pytest.raises(ConservationBroken) as caught:
        run(request)
    assert "after the step 'judge'" in str(caught.value)
    assert not list(request.out.glob("*.parquet"))


def spoil_after(monkeypatch, name, sql):
    """Let a function of the engine's run do what it does, and spoil a table afterwards."""
    original = getattr(engine_run, name)

    def spoiled(session, *arguments):
        result = original(session, *arguments)
        session.run(sql)
        return result

    monkeypatch.setattr(engine_run, name, spoiled)


@pytest.mark.parametrize(
    ("function", "sql", "what"),
    [
        ("judge", "update verdict set amount_minor = amount_minor + 1 where n = 3", "bridge in CNY"),
        ("judge", "update verdict set amount_minor = 0 where n = 3", "bridge in CNY"),
        ("judge", "delete from verdict where n = -3", "have a class"),
        ("judge", "insert into verdict select * from verdict where n = 3", "have a class"),
        ("judge", "update verdict set rest_cause = null, amount_minor = amount_minor - 1 where n = 3", "bridge in CNY"),
        ("open_lines", "delete from line where n = -2", "3 lines went in and 2 came out"),
        ("open_lines", "insert into line select * from line where n = 2", "3 lines went in and 4 came out"),
        ("open_lines", "update line set amount = amount + 1 where n = 3", "bridge in CNY"),
    ],
)
def test_it_names_what_was_lost_and_writes_nothing(tmp_path, monkeypatch, function, sql, what):
    spoil_after(monkeypatch, function, sql)
    request = request_for(tmp_path, OURS, THEIRS)
    with pytest.raises(ConservationBroken, match=what) as caught:
        run(request)
    assert "'judge'" in str(caught.value)
    assert "\n" not in str(caught.value)
    assert not list(request.out.glob("*.parquet"))


def test_it_tells_every_step_once_with_rising_numbers(tmp_path):
    told: list[Progress] = []
    run(dataclasses.replace(request_for(tmp_path, OURS, THEIRS), on_progress=told.append))
    told = [progress for progress in told if not progress.part]
    assert [progress.step for progress in told] == STEPS
    assert [progress.number for progress in told] == list(range(1, len(STEPS) + 1))
    assert {progress.steps for progress in told} == {len(STEPS)}
    assert {progress.lines for progress in told} == {6}
    matched = [progress.matched_lines for progress in told]
    assert matched == sorted(matched)
    assert matched[0] == 0
    assert matched[-1] == 6


@pytest.mark.parametrize("step", ["clean", "normalized", "judge", "write"])
def test_it_stops_in_the_middle_when_asked_to(tmp_path, step):
    asked, noticed = threading.Event(), threading.Event()
    told: list[str] = []

    def on_progress(progress: Progress) -> None:
        if progress.part:
            return
        told.append(progress.step)
        if progress.step == step:
            asked.set()
            assert noticed.wait(10)

    def is_stopped() -> bool:
        if asked.is_set():
            noticed.set()
        return asked.is_set()

    request = request_for(tmp_path, OURS, THEIRS)
    with pytest.raises(Stopped):
        run(dataclasses.replace(request, on_progress=on_progress, is_stopped=is_stopped))
    at = STEPS.index(step)
    assert told in (STEPS[: at + 1], STEPS[: at + 2])
    assert run(request).links == 3


def test_it_breaks_off_a_statement_that_runs(tmp_path, monkeypatch):
    def run_long(session, plan, number):
        session.rows("select sum(hash(a.i, b.i)) from range(10000000) a(i) cross join range(10000) b(i)")

    monkeypatch.setitem(engine_run.NUMBER_RULES, "same_key", run_long)
    begun = threading.Event()
    request = dataclasses.replace(
        request_for(tmp_path, OURS, THEIRS),
        on_progress=lambda progress: begun.set() if progress.step == "same_key" else None,
        is_stopped=begun.is_set,
    )
    with pytest.raises(Stopped):
        run(request)


@pytest.mark.parametrize("memory", ["1B", "1MB"])
def test_it_says_in_one_sentence_that_the_memory_is_too_small(tmp_path, memory):
    request = dataclasses.replace(request_for(tmp_path, OURS * 20, THEIRS * 20), memory=memory)
    with pytest.raises(UnableToRun, match=f"more than the {memory} of memory") as caught:
        run(request)
    assert "\n" not in str(caught.value)
    assert "--memory" in str(caught.value)


def test_it_refuses_a_memory_limit_that_is_none(tmp_path):
    request = dataclasses.replace(request_for(tmp_path, OURS, THEIRS), memory="plenty")
    with pytest.raises(UnableToRun, match="'plenty' cannot be used"):
        run(request)


def test_it_refuses_a_rule_that_does_not_exist(tmp_path):
    request = request_for(tmp_path, OURS, THEIRS, match=MatchProfile(rules=("exact_document", "guesswork")))
    with pytest.raises(UnableToRun, match="'guesswork'"):
        run(request)


def test_it_leaves_no_spilled_data_behind(tmp_path):
    request = request_for(tmp_path, OURS, THEIRS)
    run(request)
    assert [file for file in request.scratch.rglob("*") if file.is_file()] == []
    assert sorted(file.name for file in request.out.iterdir()) == [
        "candidates.parquet",
        "links.parquet",
        "residuals.parquet",
    ]


def test_it_runs_only_the_rules_the_profile_names(tmp_path):
    request = request_for(tmp_path, OURS, THEIRS, match=MatchProfile(rules=("exact_document",)))
    outcome = run(request)
    assert outcome.links == 2
    assert same_number.pair_same_key is engine_run.NUMBER_RULES["same_key"]
