"""Long work writes in turns: between two of its transactions others get to write."""

import time

from django.db import connection

# Who waits to write on SQLite looks ten times a second whether it is free.
PAUSE = 0.12


def let_others_write() -> None:
    """Rest where one writer at a time is let in, so that whoever waits is; not within a transaction."""
    if connection.vendor == "sqlite" and not connection.in_atomic_block:
        time.sleep(PAUSE)
