"""What of reconciliation does the demo lay out? The pair of files that a newcomer can drop on the page."""

from datetime import datetime
from typing import TYPE_CHECKING

from keytally.core.demo import demo
from keytally.reconciliation import services

if TYPE_CHECKING:
    from keytally.core.models import User


@demo("reconciliation")
def lay_out_pair(_owner: "User", _now: datetime) -> str:
    """Write the demo pair where it is missing."""
    folder = services.demo_folder()
    return f"The demo pair of ledgers is in {folder}: drop its files on the page of a new reconciliation."
