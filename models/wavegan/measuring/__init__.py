"""Figures of a WaveGAN: how its hits sound, and how fast they are made."""
