"""The selected slot: parameters, presets, pads and playing surfaces."""
