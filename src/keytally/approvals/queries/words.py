"""What are roles called here, for people who read a route?"""

from keytally.approvals.labels import SPECIAL_ROLES, named
from keytally.people.queries.organisation import position_roles
from keytally.people.rules.template import default_template


def role_names() -> dict[str, str]:
    """Name every role, queue and stand-in in the reader's language, in one query."""
    names = {code: named(role) for code, role in position_roles().items()}
    names |= {code: named(group) for code, group in default_template().groups.items()}
    return names | {code: str(label) for code, label in SPECIAL_ROLES.items()}
