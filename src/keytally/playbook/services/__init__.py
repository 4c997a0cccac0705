"""Writes of the playbook: entries and their versions, questions to the support centre, value given."""
