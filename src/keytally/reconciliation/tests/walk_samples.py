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
    return Samples(
        values={
            "reconciliation:number": found.pk,
            "api/reconciliations:number": found.pk,
            "reconciliation:why:side": str(row.side),
            "reconciliation:why:line_id": row.id,
            "reconciliation:demo_file:name": list(DEMO_NAMES),
            "reconciliation:download:name": ["report.xlsx", "rejected.csv", "summary.json"],
        },
        secrets=[Secret(NAME, "reconcile.view")],
        subjects={"reconciliation": (found.pk, "reconcile.view")},
        things_of_all=frozenset({"reconciliation:demo_file"}),
    )
