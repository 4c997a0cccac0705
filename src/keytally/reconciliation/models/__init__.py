"""What is kept of reconciliations: the thing itself, its runs, what people decided, and who signed."""

from keytally.reconciliation.models.decisions import Decision, ResidualCase, ResidualComment
from keytally.reconciliation.models.history import CarriedLine, CarryOffer, LearnedRule, MetLine, RefusedOffer
from keytally.reconciliation.models.mends import RowMend
from keytally.reconciliation.models.reconciliations import Reconciliation
from keytally.reconciliation.models.runs import ReconciliationRun
from keytally.reconciliation.models.statements import AccountStatement

__all__ = [
    "AccountStatement",
    "CarriedLine",
    "CarryOffer",
    "Decision",
    "LearnedRule",
    "MetLine",
    "Reconciliation",
    "ReconciliationRun",
    "RefusedOffer",
    "ResidualCase",
    "ResidualComment",
    "RowMend",
]
