"""A stranger's reconciliation with its result, for the walk of every route."""

import shutil
import tempfile
from pathlib import Path

from keytally.accounts.rules.parties import NodeKind
from keytally.accounts.services import nodes
from keytally.core.tests.samples import Samples, Secret
from keytally.reconciliation import queries, services, understanding
from keytally.reconciliation.demo_pair import DEMO_NAMES, DEMO_TOLERANCE_MINOR, write_demo
from keytally.reconciliation.engine.reconcile import reconcile
from keytally.reconciliation.engine.results import Wanted, residual_page
from keytally.reconciliation.engine.summary import as_json
from keytally.reconciliation.models import (
    AccountStatement,
    CarriedLine,
    CarryOffer,
    LearnedRule,
    RefusedOffer,
    ResidualCase,
)
from keytally.reconciliation.services import cases
from keytally.reconciliation.services.cases import LineKey

NAME = "secretreconciliation"
STROKE = "5" * 32


def samples(stranger, *, now):
    found = services.open_demo(name=NAME, by=stranger, now=now)
    with tempfile.TemporaryDirectory() as folder:
        pair = write_demo(Path(folder) / "pair")
        done = reconcile(
            pair.ours,
            pair.theirs,
            out=Path(folder) / "result",
            details=Path(folder) / "pages",
            store_map=pair.store_map,
            item_map=pair.item_map,
            tolerance=DEMO_TOLERANCE_MINOR,
        )
        summary = as_json(done.summary)
        rejected = understanding.rejected_rows(Path(folder) / "result", of_ours=summary["sides"]["ours"]["rejected"])
        for part in ("result", "pages"):
            shutil.copytree(Path(folder) / part, queries.run_folder(found.pk, 1) / part)
    services.keep_result(found.pk, kept=services.Found(summary, rejected), now=now)
    found.refresh_from_db()
    row = residual_page(queries.pages_folder(found), wanted=Wanted()).rows[0]
    statement, case = _work_on(found, row, summary=summary, by=stranger, now=now)
    between_months(found, row, stranger=stranger, now=now)
    return Samples(
        values={
            "reconciliation:find_again:offer": 1,
            "reconciliation:refuse_offer:offer": 1,
            "reconciliation:offer_again:stroke": STROKE,
            "reconciliation:let_go:line": CarriedLine.objects.get().pk,
            "reconciliation:decide_rule:rule": LearnedRule.objects.get().pk,
            "reconciliation:number": found.pk,
            "api/reconciliations:number": found.pk,
            "api/reconciliations:rule": LearnedRule.objects.get().pk,
            "reconciliation:side": str(row.side),
            "reconciliation:line_id": row.id,
            "reconciliation:statement_id": statement.pk,
            "reconciliation:language": ["zh", "en"],
            "reconciliation:demo_file:name": list(DEMO_NAMES),
            "reconciliation:download:name": ["report.xlsx", "rejected.csv", "summary.json"],
        },
        secrets=[Secret(NAME, "reconcile.view")],
        subjects={
            "reconciliation": (found.pk, "reconcile.view"),
            "residual_case": (case.pk, "reconcile.view"),
        },
        things_of_all=frozenset({"reconciliation:demo_file"}),
    )


def _work_on(found, row, *, summary, by, now):
    key = LineKey(row.side.value, row.id)
    cases.comment(found.pk, key=key, text="a comment of the stranger", by=by, now=now)
    statement = AccountStatement.objects.create(
        reconciliation=found,
        run_number=1,
        figures={**summary, "name": NAME, "account": None, "month": "", "period": "", "accepted": [], "signed_by": ""},
        signed_by=by,
        signed_at=now,
    )
    case = ResidualCase.objects.get(reconciliation=found)
    return statement, case


def between_months(found, row, *, stranger, now):
    """Carry a line of the month before into the reconciliation, and let it teach something."""
    wanted = nodes.NewAccount(kind=NodeKind.CHAIN, name_zh="链", parent=None, code="WALKED", owner=stranger, facts={})
    chain = nodes.add_account(wanted, by=stranger, on=now.date(), now=now)
    line = CarriedLine.objects.create(
        account=chain, origin=found, month="2026-06", side="ours", line_id=row.id, line_class="TIMING", order_no=NAME,
        currency="CNY", amount_minor=100,
    )  # fmt: skip
    offered = {"reconciliation": found, "offer": 1, "ground": "NUMBER", "gap_minor": 0, "line_id": row.id}
    CarryOffer.objects.create(**offered, carried=line, side="ours")
    CarryOffer.objects.create(**offered, side="theirs", words=NAME)
    RefusedOffer.objects.create(
        reconciliation=found, stroke=STROKE, carried=line, side="theirs", line_id="x" * 32, words=NAME,
        reason="another", refused_by=stranger, refused_at=now,
    )  # fmt: skip
    LearnedRule.objects.create(
        account=chain, kind="STORE_CODE", given=NAME, meaning="S1", learned_from=found, proposed_at=now
    )
