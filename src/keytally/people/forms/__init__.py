"""What people type about people: one module per subject."""
