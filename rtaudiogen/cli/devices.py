"""`rtaudiogen devices`."""
