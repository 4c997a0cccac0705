"""Forms of the funnel."""
