import pytest
from django.urls import reverse

from keytally.accounts.rules.parties import NodeKind
from keytally.accounts.services import nodes
from keytally.core.roles import Role
from keytally.jobs.models import Job
from keytally.reconciliation import queries
from keytally.reconciliation.engine.results import Wanted, residual_page
from keytally.reconciliation.models import (
    AccountStatement,
    Decision,
    Reconciliation,
    ReconciliationRun,
    ResidualCase,
    RowMend,
)
from keytally.reconciliation.tests.conftest import NOW, person

READING = ("show", "progress", "residuals", "candidates", "rejected")
CHANGING = ("profile", "stop")


def url(name, *parts):
    return reverse(f"reconciliation:{name}", args=parts)


def pages_of(tallied):
    row = residual_page(queries.pages_folder(tallied), wanted=Wanted()).rows[0]
    return [
        *(url(name, tallied.pk) for name in READING),
        url("why", tallied.pk, row.side, row.id),
        url("download", tallied.pk, "report.xlsx"),
    ]


def test_the_owner_reads_every_page(client, accountant, tallied):
    client.force_login(accountant)
    assert {client.get(page).status_code for page in pages_of(tallied)} == {200}


def test_a_colleague_finds_nothing_of_someone_else(client, colleague, tallied):
    client.force_login(colleague)
    assert {client.get(page).status_code for page in pages_of(tallied)} == {404}
    assert tallied.name not in client.get(url("list")).content.decode()


@pytest.mark.parametrize("who", ["director", "auditor"])
def test_who_sees_everything_reads_every_page(client, who, request, tallied):
    client.force_login(request.getfixturevalue(who))
    assert {client.get(page).status_code for page in pages_of(tallied)} == {200}
    assert tallied.name in client.get(url("list")).content.decode()


def test_the_auditor_changes_nothing(client, auditor, tallied):
    client.force_login(auditor)
    assert client.get(url("new")).status_code == 403
    assert client.post(url("demo")).status_code == 403
    assert {client.post(url(name, tallied.pk)).status_code for name in CHANGING} == {403}
    shown = client.get(url("show", tallied.pk)).content.decode()
    assert "run again" not in shown
    assert Reconciliation.objects.count() == 1


def state_of_everything():
    return {
        model.__name__: list(model.objects.order_by("pk").values())
        for model in (Reconciliation, ReconciliationRun, Decision, ResidualCase, RowMend, AccountStatement, Job)
    }


def test_no_request_of_an_auditor_changes_anything(client, auditor, tallied):
    row = residual_page(queries.pages_folder(tallied), wanted=Wanted()).rows[0]
    number, place = tallied.pk, (tallied.pk, row.side, row.id)
    before = state_of_everything()
    client.force_login(auditor)
    asked = {
        "choice": "ACCEPT", "other": "0" * 32, "action": "accept_open", "reason": "seen", "text": "seen", "to": "tom",
        "note": "seen", "stroke": "0" * 32, "version": tallied.version,
    }  # fmt: skip
    pages = [
        *(
            url(name, number)
            for name in ("profile", "run", "stop", "sign", "reopen", "handle_all", "take_back", "mend")
        ),
        *(url(name, *place) for name in ("decide", "handle", "comment")),
    ]
    assert {client.post(page, asked).status_code for page in pages} == {403}
    assert state_of_everything() == before


def test_a_representative_reads_own_chains_only_and_comments_without_deciding(client, accountant, tallied):
    rep = person("rep", Role.SALES_REP)
    own, other = (
        nodes.add_account(
            nodes.NewAccount(kind=NodeKind.CHAIN, name_zh=name, parent=None, code=code, owner=owner, facts={}),
            by=accountant, on=NOW.date(), now=NOW,
        )
        for name, code, owner in (("海西", "HX", rep), ("永盛", "YS", accountant))
    )  # fmt: skip
    row = residual_page(queries.pages_folder(tallied), wanted=Wanted()).rows[0]
    place = (tallied.pk, row.side, row.id)
    client.force_login(rep)

    Reconciliation.objects.update(account=other)
    assert {client.get(page).status_code for page in pages_of(tallied)} == {404}
    assert tallied.name not in client.get(url("list")).content.decode()
    assert client.post(url("comment", *place), {"text": "the store was asked"}).status_code == 404

    Reconciliation.objects.update(account=own)
    assert {client.get(page).status_code for page in pages_of(tallied)[:-1]} == {200}
    assert tallied.name in client.get(url("list")).content.decode()
    # The published files carry more than a representative may take away.
    assert client.get(pages_of(tallied)[-1]).status_code == 403
    assert client.post(url("comment", *place), {"text": "the store was asked"}).status_code == 302
    assert client.post(url("decide", *place), {"choice": "ACCEPT", "other": "0" * 32}).status_code == 403
    assert not Decision.objects.exists()


def test_a_director_may_not_run_what_is_not_hers(client, director, tallied):
    client.force_login(director)
    assert {client.post(url(name, tallied.pk)).status_code for name in CHANGING} == {404}


def test_a_promoter_sees_no_reconciliation_at_all(client, promoter, tallied):
    client.force_login(promoter)
    assert {client.get(page).status_code for page in [url("list"), url("new"), *pages_of(tallied)]} == {403}


def test_a_stranger_is_sent_to_log_in(client, tallied):
    for page in [url("list"), url("new"), *pages_of(tallied)]:
        answer = client.get(page)
        assert answer.status_code == 302
        assert "/log-in/" in answer.url


def test_what_has_no_result_yet_has_no_result_pages(client, accountant, drafted):
    client.force_login(accountant)
    assert client.get(url("residuals", drafted.pk)).status_code == 404
    assert client.get(url("download", drafted.pk, "report.xlsx")).status_code == 404
    assert client.get(url("show", drafted.pk)).status_code == 200
