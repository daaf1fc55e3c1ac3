"""Causal convolutions: streamed, in slices, over whole signals, on the CPU and on a GPU."""
