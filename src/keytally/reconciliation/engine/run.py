"""How does a run go from two sides to links, residuals, candidates and bridges?"""

from collections.abc import Callable, Mapping

from keytally.exchange.profile import Measure
from keytally.reconciliation.engine import own_side, repair, roll_up, same_number
from keytally.reconciliation.engine.balance import bridges, check_classes, check_lines, class_totals
from keytally.reconciliation.engine.clean import exact_rule, pair_clean_lines
from keytally.reconciliation.engine.codes import load_codes
from keytally.reconciliation.engine.contract import Outcome, Request, UnableToRun
from keytally.reconciliation.engine.decided import apply_decisions
from keytally.reconciliation.engine.judging import judge, load_settings
from keytally.reconciliation.engine.opening import open_lines, shrink_open
from keytally.reconciliation.engine.output import write_outputs
from keytally.reconciliation.engine.pairing import make_tables
from keytally.reconciliation.engine.plan import Number, Plan, make_plan
from keytally.reconciliation.engine.session import Session

NumberRule = Callable[[Session, Plan, Number], None]
PlainRule = Callable[[Session, Plan], None]

NUMBER_RULES: Mapping[str, NumberRule] = {
    "normalized": same_number.pair_normalized,
    "within_tolerance": same_number.pair_within_tolerance,
    "equal_sums": same_number.pair_equal_sums,
    "same_key": same_number.pair_same_key,
    "near_number": repair.pair_near_numbers,
    "other_store": repair.pair_other_store,
    "other_item": repair.pair_other_item,
    "missing_number": repair.pair_missing_numbers,
}
"""Rules that are tried once for each number the sides share."""

PLAIN_RULES: Mapping[str, PlainRule] = {
    "user_rules": repair.pair_by_user_rules,
    "reversal": own_side.close_reversals,
    "roll_up": roll_up.meet_at_head_office,
    "duplicate": own_side.close_repeated_documents,
    "amount_store_date": repair.pair_amount_store_date,
}

AFTER_ROLL_UP = frozenset({"equal_sums", "duplicate", "same_key"})
EXACT_RULES = {"exact_document": "doc", "exact_order": "ord"}
FRAME_STEPS = 5


def run(request: Request) -> Outcome:
    """Tally two sides; write links.parquet, residuals.parquet and candidates.parquet into `request.out`.

    Raises `UnableToRun` when it cannot, `Stopped` when asked to stop, `ConservationBroken` when anything got lost.
    """
    unknown = [name for name in request.match.rules if name not in {*NUMBER_RULES, *PLAIN_RULES, *EXACT_RULES}]
    if unknown:
        raise UnableToRun(f"The profile names a rule {unknown[0]!r} that does not exist; take it out of [match] rules.")
    with Session(request, steps=FRAME_STEPS + len(request.match.rules)) as session:
        session.step("plan")
        plan = make_plan(session, request)
        require_measure(plan)
        load_settings(session, plan)
        load_codes(session, request)
        roll_up.load_roll_up(session, request)
        session.step("clean")
        pair_clean_lines(session, request, plan)
        session.matched_lines = 2 * session.count("select count(*) from clean")
        session.step("open")
        open_lines(session, request, plan)
        make_tables(session)
        unused = apply_decisions(session, request)
        for name in with_roll_up(rules_in_order(plan), request):
            apply_rule(session, plan, name)
        return conclude(session, request, plan, unused=unused)


def require_measure(plan: Plan) -> None:
    """Refuse a measure that one of the sides does not have."""
    wanted = {Measure.AMOUNT: ("amount",), Measure.QUANTITY: ("quantity",), Measure.BOTH: ("amount", "quantity")}
    for name in wanted[plan.match.measure]:
        if not {"amount": plan.has_amount, "quantity": plan.has_quantity}[name]:
            raise UnableToRun(
                f"The measure is {plan.match.measure.value}, but not both sides have a column {name};"
                " map the column in the profile or choose another --measure."
            )


def rules_in_order(plan: Plan) -> tuple[str, ...]:
    """List the rules of the profile, of the two exact ones the leading number's first."""
    names = plan.match.rules
    exact = [name for name in names if name in EXACT_RULES]
    if len(exact) < 2 or exact[0] == exact_rule(plan):
        return names
    swapped = dict(zip(exact, reversed(exact), strict=True))
    return tuple(swapped.get(name, name) for name in names)


def with_roll_up(names: tuple[str, ...], request: Request) -> tuple[str, ...]:
    """Put the rolling up before the first rule that adds lines up, where the run has a roll-up and its rules none."""
    if request.roll_up is None or "roll_up" in names:
        return names
    place = next((place for place, name in enumerate(names) if name in AFTER_ROLL_UP), len(names))
    return (*names[:place], "roll_up", *names[place:])


def apply_rule(session: Session, plan: Plan, name: str) -> None:
    """Apply one rule by name, to each shared number where it is about numbers."""
    session.step(name)
    if name == "missing_number":
        repair.learn_dates(session)
    if name in PLAIN_RULES:
        PLAIN_RULES[name](session, plan)
    for number in plan.numbers:
        if name in NUMBER_RULES:
            NUMBER_RULES[name](session, plan, number)
        if EXACT_RULES.get(name) == number.short:
            same_number.pair_exact(session, plan, number)
    if name == "same_key":
        own_side.close_repeated_figures(session, plan)
        own_side.close_repeats_of_clean_lines(session, plan)
    request = session.request
    session.matched_lines = request.ours.accepted + request.theirs.accepted - shrink_open(session)


def conclude(session: Session, request: Request, plan: Plan, *, unused: int) -> Outcome:
    """Judge every line, check that nothing got lost, and write the result."""
    session.step("judge")
    own_side.close_repeated_figures(session, plan)
    check_lines(session, request)
    judge(session, plan)
    totals = class_totals(session)
    check_classes(session, request, totals)
    built = bridges(session, request, plan)
    session.step("write")
    write_outputs(session, request, plan)
    roll_up.write_sub_balances(session, request, plan)
    links = session.count("select (select count(*) from clean) + (select count(*) from pair)")
    return Outcome(
        links=links,
        ours_amount_minor=sum(bridge.ours_minor for bridge in built),
        theirs_amount_minor=sum(bridge.theirs_minor for bridge in built),
        classes=totals,
        bridges=built,
        decisions_unused=unused,
        step_seconds=dict(session.seconds),
    )
