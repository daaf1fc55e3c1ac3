"""Generator families, each in a folder, and the folders of tools that they share."""
