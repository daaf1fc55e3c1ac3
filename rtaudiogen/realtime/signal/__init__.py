"""Processing that a block of sound passes through on the render thread."""
