"""What is told to whoever waits while kernels are compiled for the first time."""
