"""Keys, voices and what MIDI channels say about them."""
