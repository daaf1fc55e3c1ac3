"""How a VQ-VAE learns: from a folder of sounds to a model file."""
