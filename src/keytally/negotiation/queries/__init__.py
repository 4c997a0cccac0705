"""Reads of negotiation."""
