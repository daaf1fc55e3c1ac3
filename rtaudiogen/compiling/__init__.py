"""Messages for whoever waits while kernels are compiled for the first time."""
