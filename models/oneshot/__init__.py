"""The one-shot instrument: pads, recipes, latents, finishing, voices."""
