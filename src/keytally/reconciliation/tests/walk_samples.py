"""A stranger's reconciliation with its result, for the walk of every route."""

import shutil
import tempfile
from pathlib import Path

from keytally.core.tests.samples import Samples, Secret
from keytally.reconciliation import queries, services, understanding
from keytally.reconciliation.demo_pair import DEMO_NAMES, DEMO_TOLERANCE_MINOR, write_demo
from keytally.reconciliation.engine.reconcile import reconcile
from keytally.reconciliation.engine.results import Wanted, residual_page
from keytally.reconciliation.engine.summary import as_json
from keytally.reconciliation.models import AccountStatement, ResidualCase
from keytally.reconciliation.services import cases
from keytally.reconciliation.services.cases import LineKey

NAME = "secretreconciliation"


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
    return Samples(
        values={
            "reconciliation:number": found.pk,
            "api/reconciliations:number": found.pk,
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
