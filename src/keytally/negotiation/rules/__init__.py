"""Rules of negotiation; docs/rules/negotiation.md tells them in prose."""
