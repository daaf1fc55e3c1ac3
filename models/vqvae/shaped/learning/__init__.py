"""Training of the shaped coder."""
