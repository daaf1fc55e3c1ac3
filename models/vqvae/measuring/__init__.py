"""What a VQ-VAE is measured by: sound, speed, and use of its codes."""
