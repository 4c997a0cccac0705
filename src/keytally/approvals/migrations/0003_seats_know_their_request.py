"""Keep a seat's request on the seat: what a person may see is looked up by it."""

import django.db.models.deletion
from django.db import migrations, models


def fill(apps, schema_editor):
    seats = apps.get_model("approvals", "Seat").objects
    request = models.OuterRef("slot")
    slots = apps.get_model("approvals", "Slot").objects.filter(pk=request).values("step__request")
    seats.update(request=models.Subquery(slots[:1]))


class Migration(migrations.Migration):
    dependencies = [("approvals", "0002_decided_stays")]
    operations = [
        migrations.AddField(
            "seat",
            "request",
            models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="seats",
                to="approvals.request",
            ),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
