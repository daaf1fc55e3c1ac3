"""Files, their names, folders and locks."""
