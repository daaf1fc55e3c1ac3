"""Notes and textures as networks learn them: pitch, phase, level, conditioning."""
