"""Reads of people: one module per subject."""
