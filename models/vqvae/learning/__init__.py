"""Training of a VQ-VAE, from a folder of sounds to a model file."""
