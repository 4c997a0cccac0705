"""Reads of the funnel."""
