"""The channel count that compiled layers compute at a time."""

CHANNEL_MULTIPLE = 16  # channels come in multiples of it: the layers compute whole vectors
