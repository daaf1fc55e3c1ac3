"""Compiled layers and kernels that families share."""
