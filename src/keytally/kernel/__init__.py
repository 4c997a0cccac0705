"""Exact amounts, half-open periods, verdicts with reasons and identifiers with check digits; knows nothing of the rest."""
