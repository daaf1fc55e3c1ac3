"""A bank of oscillators and shaped noise that play tables of recorded notes, beside a network."""
