"""Every seat has its request by now."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("approvals", "0003_seats_know_their_request"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        migrations.AlterField(
            "seat",
            "request",
            models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="seats", to="approvals.request"
            ),
        ),
        migrations.RemoveIndex("seat", "seat_by_person"),
        migrations.AddIndex("seat", models.Index(fields=["person", "request"], name="seat_by_person")),
    ]
