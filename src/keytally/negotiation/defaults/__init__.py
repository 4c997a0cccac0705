"""The nine tactics as keytally ships them: texts, phases (G7), and what they answer; editable data."""
