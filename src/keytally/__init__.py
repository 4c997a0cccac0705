"""keytally: key accounts that tally.

`keytally.reconcile` is the whole reconciliation as a Python call; it needs no database and no server.
"""

from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"
__all__ = ["reconcile"]

if TYPE_CHECKING:
    from keytally.reconciliation.engine.reconcile import reconcile


def __getattr__(name: str) -> Any:  # noqa: ANN401 - the module protocol
    """Load the reconciliation only when it is asked for: the command must answer at once."""
    if name == "reconcile":
        from keytally.reconciliation.engine.reconcile import reconcile

        return reconcile
    raise AttributeError(name)
