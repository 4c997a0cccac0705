"""Pages of reconciliations."""
