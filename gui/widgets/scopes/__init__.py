"""Pictures of sound: waveform, spectrum, phase, level."""
