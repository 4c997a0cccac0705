"""Writes of the funnel: one function, one use case, one transaction."""
