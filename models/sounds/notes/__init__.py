"""Notes and textures as training data: pitch, phase, level, conditioning."""
