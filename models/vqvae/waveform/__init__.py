"""The waveform coder: strided convolutions from the waveform to codes and back."""
