"""Writes of negotiation: preparing, beginning, rounds, approvals beyond the walk-away, tactics, the end."""
