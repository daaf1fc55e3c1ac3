"""Sound in critically sampled bands of equal width, and the slow levels of what is in them."""
