"""Notices to the user while kernels are compiled for the first time."""
