"""Learning an effect from a dry and a wet recording."""
