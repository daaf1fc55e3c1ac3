"""The training loop that families share: trainer, budget, checkpoints, log."""
