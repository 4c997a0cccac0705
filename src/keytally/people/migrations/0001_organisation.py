"""Tables of the organisation, and triggers that refuse what overlaps in time.

A constraint cannot say "no overlap" alike on both databases. SQLite drops triggers when a later migration remakes a
table: one that alters `people_reportingline` or `people_holding` calls `guard` of this module again afterwards.
"""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

OVERLAPS = "new.starts_on < coalesce(other.ends_before, '9999-12-31') and other.starts_on < coalesce(new.ends_before, '9999-12-31')"
RULES = {
    "people_reportingline": (
        "other.position_id = new.position_id and other.kind = new.kind and other.city = new.city"
        " and (new.kind = 'SOLID' or other.boss_id = new.boss_id)",
        "two lines of a position overlap in time",
    ),
    "people_holding": (
        "other.position_id = new.position_id and other.person_id = new.person_id",
        "a person holds a position twice at a time",
    ),
}


def guard(apps, schema_editor):
    for table, (same, message) in RULES.items():
        found = f"exists (select 1 from {table} other where other.id <> new.id and {same} and {OVERLAPS})"
        for statement in _statements(table, found, message, vendor=schema_editor.connection.vendor):
            schema_editor.execute(statement)


def unguard(apps, schema_editor):
    for table in RULES:
        if schema_editor.connection.vendor == "sqlite":
            schema_editor.execute(f"drop trigger if exists {table}_apart_insert")
            schema_editor.execute(f"drop trigger if exists {table}_apart_update")
        else:
            schema_editor.execute(f"drop trigger if exists {table}_apart on {table}")
            schema_editor.execute(f"drop function if exists {table}_apart()")


def _statements(table, found, message, *, vendor):
    if vendor == "sqlite":
        for event in ("insert", "update"):
            yield (
                f"create trigger {table}_apart_{event} after {event} on {table}"
                f" when {found} begin select raise(abort, '{message}'); end"
            )
        return
    yield (
        f"create or replace function {table}_apart() returns trigger language plpgsql as $$ begin"
        f" if {found} then raise exception '{message}' using errcode = 'integrity_constraint_violation'; end if;"
        " return new; end $$"
    )
    yield (
        f"create trigger {table}_apart after insert or update on {table}"
        f" for each row execute function {table}_apart()"
    )


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='PositionRole',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name_zh', models.CharField(max_length=120, verbose_name='Chinese name')),
                ('name_en', models.CharField(max_length=120, verbose_name='English name')),
                ('code', models.CharField(max_length=16, unique=True, verbose_name='code')),
            ],
            options={
                'verbose_name': 'position role',
                'verbose_name_plural': 'position roles',
            },
        ),
        migrations.CreateModel(
            name='OrganisationVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.UUIDField()),
            ],
            options={
                'verbose_name': 'version of the organisation',
                'verbose_name_plural': 'versions of the organisation',
                'constraints': [models.CheckConstraint(condition=models.Q(('id', 1)), name='organisation_version_is_one_row')],
            },
        ),
        migrations.CreateModel(
            name='Unit',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('starts_on', models.DateField(verbose_name='from')),
                ('ends_before', models.DateField(blank=True, null=True, verbose_name='ended on')),
                ('name_zh', models.CharField(max_length=120, verbose_name='Chinese name')),
                ('name_en', models.CharField(max_length=120, verbose_name='English name')),
                ('kind', models.CharField(choices=[('HEAD_OFFICE', 'Head office'), ('REGION', 'Region'), ('AREA', 'Area')], max_length=16, verbose_name='kind')),
                ('code', models.CharField(max_length=32, unique=True, verbose_name='code')),
                ('parent', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='parts', to='people.unit', verbose_name='belongs to')),
            ],
            options={
                'verbose_name': 'unit',
                'verbose_name_plural': 'units',
            },
        ),
        migrations.CreateModel(
            name='Position',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('starts_on', models.DateField(verbose_name='from')),
                ('ends_before', models.DateField(blank=True, null=True, verbose_name='ended on')),
                ('name_zh', models.CharField(max_length=120, verbose_name='Chinese name')),
                ('name_en', models.CharField(max_length=120, verbose_name='English name')),
                ('code', models.CharField(max_length=48, unique=True, verbose_name='code')),
                ('role', models.CharField(max_length=16, verbose_name='role')),
                ('city', models.CharField(blank=True, max_length=60, verbose_name='city')),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='positions', to='people.unit', verbose_name='unit')),
            ],
            options={
                'verbose_name': 'position',
                'verbose_name_plural': 'positions',
            },
        ),
        migrations.CreateModel(
            name='Delegation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('starts_at', models.DateTimeField(verbose_name='from')),
                ('ends_at', models.DateTimeField(verbose_name='until')),
                ('reason', models.CharField(blank=True, max_length=200, verbose_name='reason')),
                ('added_at', models.DateTimeField()),
                ('added_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('delegate', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='delegations_to', to=settings.AUTH_USER_MODEL)),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='delegations', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'delegation',
                'verbose_name_plural': 'delegations',
                'indexes': [models.Index(fields=['ends_at', 'starts_at'], name='delegation_by_time'), models.Index(fields=['person', 'starts_at'], name='delegation_by_person'), models.Index(fields=['delegate', 'starts_at'], name='delegation_by_delegate')],
                'constraints': [models.CheckConstraint(condition=models.Q(('person', models.F('delegate')), _negated=True), name='delegation_to_another'), models.CheckConstraint(condition=models.Q(('ends_at__gt', models.F('starts_at'))), name='delegation_ends_after_start')],
            },
        ),
        migrations.CreateModel(
            name='ReportingLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('starts_on', models.DateField(verbose_name='from')),
                ('ends_before', models.DateField(blank=True, null=True, verbose_name='ended on')),
                ('kind', models.CharField(choices=[('SOLID', 'Solid line'), ('DOTTED', 'Dotted line')], max_length=8, verbose_name='kind')),
                ('city', models.CharField(blank=True, max_length=60, verbose_name='city')),
                ('boss', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='lines_below', to='people.position')),
                ('position', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='lines', to='people.position')),
            ],
            options={
                'verbose_name': 'reporting line',
                'verbose_name_plural': 'reporting lines',
                'indexes': [models.Index(fields=['position', 'kind', 'starts_on'], name='line_by_position'), models.Index(fields=['boss', 'kind', 'starts_on'], name='line_by_boss')],
                'constraints': [models.CheckConstraint(condition=models.Q(('kind__in', ['SOLID', 'DOTTED'])), name='line_kind_known'), models.CheckConstraint(condition=models.Q(('position', models.F('boss')), _negated=True), name='line_to_another'), models.CheckConstraint(condition=models.Q(('ends_before__isnull', True), ('ends_before__gt', models.F('starts_on')), _connector='OR'), name='line_ends_after_start'), models.CheckConstraint(condition=models.Q(('kind', 'SOLID'), ('city', ''), _connector='OR'), name='line_city_is_solid'), models.UniqueConstraint(condition=models.Q(('ends_before__isnull', True), ('kind', 'SOLID')), fields=('position', 'city'), name='line_one_open_solid'), models.UniqueConstraint(condition=models.Q(('ends_before__isnull', True), ('kind', 'DOTTED')), fields=('position', 'boss'), name='line_one_open_dotted')],
            },
        ),
        migrations.CreateModel(
            name='Holding',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('starts_on', models.DateField(verbose_name='from')),
                ('ends_before', models.DateField(blank=True, null=True, verbose_name='ended on')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='holdings', to=settings.AUTH_USER_MODEL)),
                ('position', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='holdings', to='people.position')),
            ],
            options={
                'verbose_name': 'holding',
                'verbose_name_plural': 'holdings',
                'indexes': [models.Index(fields=['position', 'starts_on'], name='holding_by_position'), models.Index(fields=['person', 'starts_on'], name='holding_by_person')],
                'constraints': [models.CheckConstraint(condition=models.Q(('ends_before__isnull', True), ('ends_before__gt', models.F('starts_on')), _connector='OR'), name='holding_ends_after_start'), models.UniqueConstraint(condition=models.Q(('ends_before__isnull', True)), fields=('position', 'person'), name='holding_open_once')],
            },
        ),
        migrations.AddConstraint(
            model_name='unit',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['HEAD_OFFICE', 'REGION', 'AREA'])), name='unit_kind_known'),
        ),
        migrations.AddConstraint(
            model_name='unit',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind', 'HEAD_OFFICE'), ('parent__isnull', True)), models.Q(models.Q(('kind', 'HEAD_OFFICE'), _negated=True), ('parent__isnull', False)), _connector='OR'), name='unit_below_head_office'),
        ),
        migrations.AddConstraint(
            model_name='unit',
            constraint=models.CheckConstraint(condition=models.Q(('ends_before__isnull', True), ('ends_before__gt', models.F('starts_on')), _connector='OR'), name='unit_ends_after_start'),
        ),
        migrations.AddIndex(
            model_name='position',
            index=models.Index(fields=['role'], name='position_by_role'),
        ),
        migrations.AddConstraint(
            model_name='position',
            constraint=models.CheckConstraint(condition=models.Q(('ends_before__isnull', True), ('ends_before__gt', models.F('starts_on')), _connector='OR'), name='position_ends_after_start'),
        ),
        migrations.AddConstraint(
            model_name='position',
            constraint=models.CheckConstraint(condition=models.Q(('role', ''), _negated=True), name='position_has_role'),
        ),
        migrations.RunPython(guard, unguard),
    ]
