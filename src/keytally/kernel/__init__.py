"""Exact amounts, half-open periods, verdicts with reasons, identifiers with check digits; knows nothing of the rest."""
