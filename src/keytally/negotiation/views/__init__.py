"""Pages of negotiation."""
