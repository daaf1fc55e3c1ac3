"""Commands that play or render, and what they share."""
