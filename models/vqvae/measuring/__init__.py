"""Measurements of a VQ-VAE: sound, speed, and use of its codes."""
