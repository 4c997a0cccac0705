"""What wakes what: the subscriptions between capabilities, all in plain sight."""


def connect() -> None:
    """Connect events of lower capabilities to services of higher ones; there are none yet."""
