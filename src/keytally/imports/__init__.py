"""A file becomes accepted and rejected rows; keeps files, import profiles and rejected rows."""
