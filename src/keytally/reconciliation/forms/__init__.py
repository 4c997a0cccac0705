"""What people give on the pages of a reconciliation."""
