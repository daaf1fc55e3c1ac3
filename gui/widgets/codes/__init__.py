"""Pictures of code streams."""
