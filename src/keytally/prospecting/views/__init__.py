"""Pages of prospecting."""
