"""Generator families: a folder is a family, a file is a tool the families share."""
