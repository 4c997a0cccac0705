"""Who works in the benchmark: one who drops files and runs, and those who read beside them, in an empty database.

    KEYTALLY_VAR=... DATABASE_URL=... python -m bench.workbench.people --readers 20

Prints one line of JSON: the session of the one, and those of the others.
"""

import argparse
import json
import os
from datetime import UTC, datetime
from typing import TYPE_CHECKING

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "keytally.site.settings")

if TYPE_CHECKING:
    from keytally.core.models import User


def main() -> None:
    import django

    parser = argparse.ArgumentParser()
    parser.add_argument("--readers", type=int, default=20)
    given = parser.parse_args()
    django.setup()
    from django.core.management import call_command

    call_command("migrate", interactive=False, verbosity=0)
    print(json.dumps(make_people(readers=given.readers)))


def make_people(*, readers: int) -> dict:
    """Let one accountant and so many directors, who see everything, be logged in."""
    from keytally.core.roles import Role
    from keytally.core.services import add_person

    def person(name: str, role: Role) -> "User":
        return add_person(name, name=name, password="tally-to-the-cent", roles=[role], by=None, now=datetime.now(UTC))

    accountant = person("accountant", Role.RECEIVABLES_ACCOUNTANT)
    directors = [person(f"director{number:02}", Role.FINANCE_DIRECTOR) for number in range(readers)]
    return {"runner": session(accountant), "readers": [session(director) for director in directors]}


def session(person: "User") -> str:
    """Log a person in and answer the cookie."""
    from django.test import Client

    client = Client()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client.cookies["sessionid"].value


if __name__ == "__main__":
    main()
