"""Pages of the playbook and the support centre."""
