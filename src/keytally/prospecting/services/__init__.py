"""Writes of prospecting."""
