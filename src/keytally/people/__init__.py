"""Positions with solid and dotted lines, delegation, duties, controlled documents, training, handover.

It answers who sees whose things. Owns the words position, line, holder and reach.
"""
