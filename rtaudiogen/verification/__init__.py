"""Checks that every generator must pass."""
