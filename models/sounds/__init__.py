"""Folders of sounds: reading, labels, pitch."""
