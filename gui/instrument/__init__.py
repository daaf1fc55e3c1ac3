"""Everything for the selected slot: parameters, presets, pads and playing surfaces."""
