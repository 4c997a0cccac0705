"""Rules of the playbook; docs/rules/playbook.md tells them in prose."""
