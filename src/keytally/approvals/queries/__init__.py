"""Reads of approvals, one module per subject."""
