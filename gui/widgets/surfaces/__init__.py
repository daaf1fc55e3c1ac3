"""Surfaces that are played: keyboard, pads, XY pad."""
