"""Writes of approvals: submit, decide, comment, withdraw, send again, route anew, remind."""

from keytally.approvals.services.deciding import comment, decide, return_for_change, withdraw
from keytally.approvals.services.errors import UnableToDecide, UnableToSubmit
from keytally.approvals.services.escalating import escalate_due
from keytally.approvals.services.rerouting import reroute, reroute_access, reroute_all, reroute_changed
from keytally.approvals.services.submitting import Details, Draft, resubmit, start, start_again, submit

__all__ = [
    "Details",
    "Draft",
    "UnableToDecide",
    "UnableToSubmit",
    "comment",
    "decide",
    "escalate_due",
    "reroute",
    "reroute_access",
    "reroute_all",
    "reroute_changed",
    "resubmit",
    "return_for_change",
    "start",
    "start_again",
    "submit",
    "withdraw",
]
