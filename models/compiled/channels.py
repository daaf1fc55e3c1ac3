"""Channel count that compiled layers compute at a time."""

CHANNEL_MULTIPLE = 16  # channels are multiples of it, because layers compute whole vectors
INPUTS = 4  # a product's inputs come in multiples of it
