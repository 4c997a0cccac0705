"""What wakes what: the subscriptions between capabilities, all in plain sight."""


def connect() -> None:
    """Connect events of lower capabilities to services of higher ones."""
    from keytally.approvals.services import reroute_changed
    from keytally.core.events import subscribe
    from keytally.people.events import HolderChanged, PositionChanged

    # People change position: what nobody has decided yet goes to whoever decides it now.
    subscribe(HolderChanged, reroute_changed)
    subscribe(PositionChanged, reroute_changed)
