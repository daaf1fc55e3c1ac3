"""Training of WaveGAN: the critics' game, its guide, its options."""
