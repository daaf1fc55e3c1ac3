"""Tables next to sounds: the files to use, and their labels."""
