"""The render thread: slots, voices, mixing, resampling and safety."""
