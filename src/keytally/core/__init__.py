"""Users and roles, audit entries and attachments: what every capability stands on."""
