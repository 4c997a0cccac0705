"""Operations about reconciliations: hand in, run, decide, sign off, and what passes between months."""

from keytally.reconciliation.api import between_months, workbench
from keytally.reconciliation.api.reconciliations import router

__all__ = ["between_months", "router", "workbench"]
