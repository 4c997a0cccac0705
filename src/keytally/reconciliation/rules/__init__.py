"""Pure rules of reconciliations: how a bridge is drawn, where a month stands, what is carried over, what is learned."""

from keytally.reconciliation.rules.bridge import WIDTH, BridgeLayout, BridgeRow, RowKind, layout

__all__ = ["WIDTH", "BridgeLayout", "BridgeRow", "RowKind", "layout"]
