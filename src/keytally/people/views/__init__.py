"""The pages of people: one module per subject."""
