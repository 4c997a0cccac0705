"""Opportunities on their way through six stages, let through by evidence, handed over from one leader to the next.

Owns the words opportunity, stage, gate, criterion, hand-over and override.
"""
