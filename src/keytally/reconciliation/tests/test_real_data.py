import pytest

from keytally.imports.services import Upload
from keytally.reconciliation import queries, services
from keytally.reconciliation.engine.results import Wanted, residual_page
from keytally.reconciliation.services import NewReconciliation
from keytally.reconciliation.tasks import reconcile_files
from keytally.reconciliation.tests.conftest import NOW, Context


@pytest.mark.real_data
def test_real_goods_issues_and_invoices_run_on_the_page_with_what_is_proposed(accountant, real_data, tmp_path):
    flow = real_data / "document_flow"
    sides = [[Upload(name, [(flow / name).read_bytes()])] for name in ("goods_issues.csv", "invoices.csv")]
    found = services.open_reconciliation(NewReconciliation("Flow", *sides), by=accountant, now=NOW)
    assert found.measure == "quantity"
    assert not any(found.reading[side]["questions"] for side in ("ours", "theirs"))

    reconcile_files(Context({"reconciliation_id": found.pk}, tmp_path))
    found.refresh_from_db()
    classes = found.summary["classes"]
    paired = sum(classes[token]["ours_lines"] for token in ("MATCHED", "VALUE_BASIS"))
    assert paired / found.summary["sides"]["ours"]["accepted"] > 0.9
    for bridge in queries.bridges(found.summary):
        assert bridge.ours_minor - sum(bar.amount_minor for bar in bridge.bars) == bridge.theirs_minor
        for bar in bridge.bars:
            wanted = Wanted(cause=bar.cause, currency=bridge.currency)
            shown = residual_page(queries.pages_folder(found), wanted=wanted, page_size=1)
            assert sum(total.amount_minor for total in shown.totals) == bar.amount_minor, bar
