"""The prior: a network that draws code frames."""
