"""The shaped coder: codes of pitch and of band magnitudes, which shape a pitched excitation."""
