"""How what is left of a note is coded: at one level, whatever its own is."""

CODED_RMS = 0.16  # of a residual as it is coded
CODED_LEVEL_DB = 40.0  # added to a residual's level before a network is told it
