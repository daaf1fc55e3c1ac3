"""Coding of the rest of a note at one level, whatever its own level."""

CODED_RMS = 0.16  # RMS of a coded residual
CODED_LEVEL_DB = 40.0  # added to a residual's level for the network's conditioning
