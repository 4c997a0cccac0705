"""`seed_demo`: people to log in as, and each capability's demo data."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection

from keytally.core import demo, queries, services
from keytally.core.roles import Role

# Open to anyone who reads this: the demo is refused wherever other machines can reach it.
PASSWORD = "tally-to-the-cent"  # noqa: S105 - printed at every start of the demo, no secret


@dataclass(frozen=True, slots=True)
class Figure:
    """Someone of the demo company."""

    username: str
    name: str
    role: Role
    language: str = "zh-hans"


CAST = (
    Figure("manager", "陈静", Role.ACCOUNT_MANAGER),
    Figure("accountant", "王磊", Role.RECEIVABLES_ACCOUNTANT),
    Figure("rep", "李娜", Role.SALES_REP),
    Figure("region", "孙涛", Role.REGION_MANAGER),
    Figure("national", "赵敏", Role.NATIONAL_MANAGER),
    Figure("director", "刘建国", Role.SALES_DIRECTOR),
    Figure("finance", "Grace Lin", Role.FINANCE_DIRECTOR, "en"),
    Figure("auditor", "Tom Becker", Role.AUDITOR, "en"),
    Figure("admin", "周强", Role.ADMINISTRATOR),
)


class Command(BaseCommand):
    """Lays out the demo."""

    help = "Add the demo's people and data; does nothing where other people are kept already."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the wish for an empty database."""
        parser.add_argument("--fresh", action="store_true", help="empty the database first")

    def handle(self, *_args: Any, **options: Any) -> None:  # noqa: ANN401 - Django's own signature
        """Add what is missing and print the log-ins."""
        if not settings.IS_LOOPBACK:
            raise CommandError(
                "The demo's passwords are public; it is refused where ALLOWED_HOSTS names other machines."
            )
        if options["fresh"]:
            _empty_database()
        known = {person.username: person for person in queries.people()}
        if set(known) - {figure.username for figure in CAST} - demo.announced():
            self.stdout.write("Other people are kept here already: the demo is not laid out.")
            return
        now = datetime.now(UTC)
        for figure in CAST:
            if figure.username not in known:
                known[figure.username] = _add(figure, now=now)
        for sentence in demo.seed_all(known["manager"], now=now):
            self.stdout.write(f"- {sentence}")
        self._print_log_ins()

    def _print_log_ins(self) -> None:
        self.stdout.write(f"Log in with the password {PASSWORD} as:")
        for figure in CAST:
            self.stdout.write(f"  {figure.username:<12}{figure.role.value.lower().replace('_', ' ')} ({figure.name})")


def _add(figure: Figure, *, now: datetime) -> Any:  # noqa: ANN401 - a person; their model is core's own
    return services.add_person(
        figure.username,
        name=figure.name,
        password=PASSWORD,
        roles=[figure.role],
        by=None,
        now=now,
        language=figure.language,
    )


def _empty_database() -> None:
    """Take every table away and make them anew; audit entries cannot be deleted row by row."""
    with connection.cursor() as cursor, connection.constraint_checks_disabled():
        for table in connection.introspection.table_names(cursor):
            suffix = "" if connection.vendor == "sqlite" else " cascade"
            cursor.execute(f"drop table {connection.ops.quote_name(table)}{suffix}")
        if connection.vendor == "postgresql":
            cursor.execute("drop function if exists refuse_audit_change()")
    call_command("migrate", interactive=False, verbosity=0)
