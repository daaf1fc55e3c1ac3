"""How the shaped coder learns."""
