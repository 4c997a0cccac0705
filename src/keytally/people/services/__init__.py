"""Writes of people: one module per subject."""
