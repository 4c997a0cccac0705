"""Is a reconciliation explained? It stands so as soon as nobody is left to explain anything, and open again after."""

from keytally.reconciliation.models import Reconciliation
from keytally.reconciliation.queries.board import left_to_explain, rejected_of

State = Reconciliation.State


def state_of(found: Reconciliation) -> State:
    """Say where a reconciliation stands by what of its last run nobody has explained or could read."""
    return State.OPEN if rejected_of(found) or left_to_explain(found) else State.EXPLAINED


def restate(found: Reconciliation) -> None:
    """Let one that stands as open or explained stand as it is now."""
    if found.state in (State.OPEN, State.EXPLAINED) and (state := state_of(found)) != found.state:
        found.state = state
        Reconciliation.objects.filter(pk=found.pk).update(state=state)
