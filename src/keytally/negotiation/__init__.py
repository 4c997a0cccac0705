"""Readiness, issues, packages scored for both sides, rounds with their pattern, tactics, and how it ended.

Owns the words negotiation, issue, package, round, move, concession and tactic.
"""
