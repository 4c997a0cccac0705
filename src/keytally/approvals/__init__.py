"""One engine for every approval: workflows as data, routes from solid lines and limits, inbox, escalation.

Owns the words request, route, step and decision.
"""
