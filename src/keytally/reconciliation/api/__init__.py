"""Operations about reconciliations: hand in, run, decide, sign off."""

from keytally.reconciliation.api import workbench
from keytally.reconciliation.api.reconciliations import router

__all__ = ["router", "workbench"]
