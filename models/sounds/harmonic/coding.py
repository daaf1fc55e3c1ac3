"""Coding of the rest of a note at one level, whatever its own level."""

CODED_RMS = 0.16  # of a residual as it is coded
CODED_LEVEL_DB = 40.0  # added to a residual's level before a network is told it
