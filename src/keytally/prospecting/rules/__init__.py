"""The rules of prospecting, pure: fit, searches, preparation, cadence, capture, likeness and yield."""
