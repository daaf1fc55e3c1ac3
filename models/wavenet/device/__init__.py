"""WaveNet's sampler on a GPU."""
