"""Chains, head offices and stores as one tree, their legal parties, contacts, modes, tiers and score.

Owns the words account, store, contact and rung.
"""
