"""A stranger's negotiation with a person, an issue, a tactic used and alternatives, for the walk of every route."""

from keytally.accounts.rules.parties import NodeKind
from keytally.accounts.services.nodes import NewAccount, add_account
from keytally.core.clock import business_date
from keytally.core.tests.samples import Samples, Secret
from keytally.funnel.rules.stages import CustomerSize
from keytally.funnel.services.opening import NewOpportunity, open_opportunity
from keytally.negotiation.services import ending, preparing
from keytally.negotiation.views.edits import EDITS, MANDATES

NAME, ISSUE, ALTERNATIVE = "secretnegotiationabout", "secretissueontable", "secretbestalternative"


def samples(stranger, *, now):
    today = business_date(now)
    node = add_account(NewAccount(kind=NodeKind.CHAIN, name_zh="x", owner=stranger), by=stranger, on=today, now=now)
    wanted = NewOpportunity(node, NAME, stranger, today, customer_size=CustomerSize.SMALL_MEDIUM)
    opportunity = open_opportunity(wanted=wanted, by=stranger, now=now)
    found = preparing.open_negotiation(opportunity, by=stranger, now=now)
    person = preparing.keep_person(found.pk, name="x", decides=True, confirmed_on=None, by=stranger, now=now)
    issue = preparing.keep_issue(found.pk, preparing.IssueFacts(ISSUE, 9, 5, 1, 0, 2, 5), by=stranger, now=now)
    words = (ALTERNATIVE, "x")
    preparing.keep_alternatives(found.pk, words=words, ppm=(0, 0), by=stranger, now=now)
    use = ending.use_tactic(found.pk, tactic="TRADE", note="x", by=stranger, now=now)
    return Samples(
        values={
            "negotiation:number": found.pk,
            "api/negotiations:number": found.pk,
            "negotiation:opportunity": opportunity.pk,
            "negotiation:edit:what": list(EDITS),
            "negotiation:mandate:what": list(MANDATES),
            "negotiation:issue_id": issue.pk,
            "api/negotiations:issue_id": issue.pk,
            "negotiation:person_id": person.pk,
            "negotiation:use_id": use.pk,
            "negotiation:tactic:code": "TRADE",
        },
        secrets=[
            Secret(NAME, "negotiation.view", or_by=("funnel.view",)),
            Secret(ISSUE, "negotiation.view"),
            Secret(ALTERNATIVE, "negotiation.view", also=("data.confidential",)),
        ],
        subjects={
            "negotiation": (found.pk, "negotiation.view"),
            "negotiation_issue": (issue.pk, "negotiation.view"),
        },
    )
