"""Pitch and velocity from file names."""
