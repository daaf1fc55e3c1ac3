"""Measures of sound quality and of speed that families share."""
