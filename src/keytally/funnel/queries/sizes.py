"""How big is the customer, by which gates differ? Its own class, else the nearest above it."""

from keytally.accounts.models import AccountNode, Classification
from keytally.accounts.rules.parties import NodeKind
from keytally.funnel.rules.stages import CustomerSize

AXIS = "size"


def size_of(account: AccountNode) -> CustomerSize | None:
    """Read the size of an account; none where nobody classed it or what lies above it."""
    held = Classification.objects.filter(node__below__node=account, value__axis__code=AXIS)
    code = held.order_by("node__below__depth").values_list("value__code", flat=True).first()
    return CustomerSize(code) if code in set(CustomerSize) else None


def owned_chains() -> list[AccountNode]:
    """List the chains that somebody owns, by code."""
    chains = AccountNode.objects.filter(kind=NodeKind.CHAIN, merged_into=None, owner__isnull=False)
    return list(chains.select_related("owner").order_by("code"))
