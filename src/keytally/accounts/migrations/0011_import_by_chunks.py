from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0010_order_and_sums_by_owner")]

    operations = [
        migrations.AddField("accountimport", "reached_row", models.BigIntegerField(default=0)),
        migrations.AddField("accountimport", "added_beside", models.JSONField(default=dict)),
        migrations.AlterField(
            "accountimport",
            "state",
            models.CharField(
                choices=[
                    (state, state)
                    for state in ("DRAFT", "CHECKED", "IMPORTING", "TAKING_BACK", "DONE", "UNDOING", "UNDONE")
                ],
                default="DRAFT",
                max_length=16,
            ),
        ),
    ]
