"""A mail to a stranger and a file that a stranger took away, for the walk of every route."""

from keytally.core.models import Export, OutgoingMail
from keytally.core.tests.samples import Samples, Secret

TAKEN = "secretlabelofexport"


def samples(stranger, *, now):
    mail = OutgoingMail.objects.create(to=stranger, template="walk", due_at=now, queued_at=now, state="FAILED")
    Export.objects.create(
        person=stranger, at=now, code="walk", label=TAKEN, sensitivity="OPEN", file_format="csv", row_count=1
    )
    return Samples(
        values={"core:mail_id": mail.pk},
        secrets=[Secret(TAKEN, "exports.view")],
    )
