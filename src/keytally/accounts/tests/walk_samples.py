"""A stranger's account with a contact, a promise, a matter, a grant and an import, for the walk of every route."""

from datetime import timedelta

from keytally.accounts.labels import CodeSide, Department, GrantKind, PromiseKind
from keytally.accounts.models import AccountImport
from keytally.accounts.models.imports import ImportKind
from keytally.accounts.rules.decision_map import DecisionRole
from keytally.accounts.rules.parties import NodeKind
from keytally.accounts.rules.visits import VisitState
from keytally.accounts.services.classes import lay_out_classes
from keytally.accounts.services.codes import add_code
from keytally.accounts.services.contacts import add_contact
from keytally.accounts.services.coordination import Matter, raise_matter
from keytally.accounts.services.keepers import grant
from keytally.accounts.services.merging import merge
from keytally.accounts.services.nodes import NewAccount, add_account
from keytally.accounts.services.practice import Pledge, promise
from keytally.accounts.services.visits import NewVisit, Sighting, record_competitor, record_visit
from keytally.accounts.views.edits import EDITS
from keytally.accounts.views.relations import KEEPERS, RELATIONS
from keytally.accounts.views.visits import ANSWERS, KEPT
from keytally.core.clock import business_date
from keytally.core.models import User
from keytally.core.tests.samples import NOBODY, Samples, Secret
from keytally.imports.services import open_batch

IMPORT_ROUTES = ("import", "run_import", "import_progress", "stop_import", "undo_import")
NAME, PHONE, PROMISED = "secretnameofaccount", "13900secretphone", "secretpromisemade"
NOTES, RIVAL, MATTER = "secretnotesofvisit", "secretofferofrival", "secretmattertosettle"
SECRETS = [
    *(Secret(text, "accounts.view") for text in (NAME, PROMISED, NOTES, RIVAL, MATTER)),
    Secret(PHONE, "accounts.view", also=("data.personal",)),
]


def samples(stranger, *, now):
    today = business_date(now)
    lay_out_classes()
    wanted = NewAccount(kind=NodeKind.CHAIN, name_zh=NAME, owner=stranger, facts={"name_en": NAME})
    node = add_account(wanted, by=stranger, on=today, now=now)
    facts = {"name": "x", "phone": PHONE, "decision_role": next(iter(DecisionRole))}
    contact = add_contact(node, facts=facts, holder=stranger, by=stranger, now=now)
    pledge = Pledge(kind=next(iter(PromiseKind)), promised=PROMISED, asked_in_return="x", due_on=today)
    given = promise(node, pledge=pledge, owner=stranger, by=stranger, on=today, now=now)
    matter = Matter(next(iter(Department)), MATTER, due_on=today)
    raised = raise_matter(node, matter=matter, owner=stranger, by=stranger, on=today, now=now)
    planned = _visits(node, by=stranger, now=now)
    code = add_code(node, side=CodeSide.THEIRS, code="x", by=stranger, now=now)
    let_in = _let_in(node, by=stranger, now=now)
    other = add_account(NewAccount(kind=NodeKind.CHAIN, name_zh="x", owner=stranger), by=stranger, on=today, now=now)
    merged = merge(node, alias=other, reason="x", by=stranger, now=now)
    file = AccountImport.objects.create(
        batch=open_batch(owner=stranger, now=now), owner=stranger, kind=next(iter(ImportKind))
    )
    return Samples(
        values={
            "accounts:number": node.pk,
            "api/accounts:number": node.pk,
            "accounts:edit:what": list(EDITS),
            "accounts:relate:what": list(RELATIONS),
            "accounts:keep:what": list(KEEPERS),
            "accounts:merge_id": merged.pk,
            "accounts:keep_visit:what": list(KEPT),
            "accounts:answer_visit:what": list(ANSWERS),
            "accounts:visit_id": planned.pk,
            "api/visits:visit": planned.pk,
            "accounts:code_id": code.pk,
            "accounts:contact_id": contact.pk,
            "accounts:promise_id": given.pk,
            "accounts:matter_id": raised.pk,
            "accounts:grant_id": let_in.pk,
            "accounts:import_id": file.pk,
            **{f"accounts:{name}:number": file.pk for name in IMPORT_ROUTES},
        },
        secrets=SECRETS,
        subjects={
            "account": (node.pk, "accounts.view"),
            "contact": (contact.pk, "accounts.view"),
            "visit": (planned.pk, "accounts.view"),
            "account_promise": (given.pk, "accounts.view"),
            "account_matter": (raised.pk, "accounts.view"),
            "account_import": (file.pk, NOBODY),
        },
    )


def _let_in(node, *, by, now):
    today = business_date(now)
    return grant(
        node,
        person=User.objects.get(username="far-boss"),
        kind=next(iter(GrantKind)),
        starts_on=today,
        ends_before=today + timedelta(days=9),
        reason="x",
        by=by,
        now=now,
    )


def _visits(node, *, by, now):
    """Keep a visit that was made and a competitor seen, both with a secret, and answer one that is planned."""
    today = business_date(now)
    made = NewVisit(visitor=by, on=today, state=VisitState.MADE, notes=NOTES)
    record_visit(node, wanted=made, by=by, today=today, now=now)
    seen = Sighting(competitor="x", seen_on=today, offer=RIVAL)
    record_competitor(node, seen=seen, by=by, today=today, now=now)
    planned = NewVisit(visitor=by, on=today, state=VisitState.PLANNED)
    return record_visit(node, wanted=planned, by=by, today=today, now=now)
