"""Lay out the axes and values with which an installation begins."""

from django.db import migrations

from keytally.accounts.rules.classes import DEFAULT_AXES


def lay_out(apps, schema_editor):
    axes = apps.get_model("accounts", "ClassificationAxis")
    values = apps.get_model("accounts", "ClassificationValue")
    for place, axis in enumerate(DEFAULT_AXES):
        kept = axes.objects.create(
            code=axis.code, name_zh=axis.name_zh, name_en=axis.name_en, position=place, is_several=axis.is_several
        )
        values.objects.bulk_create(
            values(axis=kept, code=value.code, name_zh=value.name_zh, name_en=value.name_en, position=number)
            for number, value in enumerate(axis.values)
        )


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_search")]
    operations = [migrations.RunPython(lay_out, migrations.RunPython.noop)]
