"""The pure rules of people: one module per subject."""
