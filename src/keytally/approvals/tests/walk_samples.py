"""A stranger's request that waits for a decision, for the walk of every route."""

from keytally.approvals import services
from keytally.approvals.models import Slot
from keytally.approvals.services import Details, Draft
from keytally.approvals.tests import definitions as given
from keytally.approvals.tests.cast import accept
from keytally.core.models import User
from keytally.core.tests.samples import Samples, Secret
from keytally.kernel.money import Money
from keytally.people.models import Holding

TITLE = "secrettitleofrequest"


def samples(stranger, *, now):
    accept(given.SPEND, by=User.objects.get(username="far-boss"), now=now)
    place = Holding.objects.get(person=stranger).position_id
    draft = Draft(TITLE, place, Money.of("15000", "CNY"), {}, Details(account_name="x", text="x", key=None), ())
    request = services.start("spend_request", draft=draft, by=stranger, now=now)
    slot = Slot.objects.filter(step__request=request).first()
    return Samples(
        values={
            "approvals:request_id": request.pk,
            "approvals:slot_id": slot.pk,
            "approvals:kind": "spend_request",
            "workflows:code": given.SPEND.code,
            "api/approvals:request_id": request.pk,
            "api/approvals:slot_id": slot.pk,
        },
        secrets=[Secret(TITLE, "approvals.view")],
        subjects={"approval_request": (request.pk, "approvals.view")},
        # Whoever sees a request may say something about it.
        seen_by={"approvals:decide": "approvals.view", "approvals:comment": "approvals.view"},
        things_of_all=frozenset({"approvals:new"}),
    )
