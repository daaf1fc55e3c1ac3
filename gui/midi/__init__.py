"""The MIDI page: monitor and controller mappings."""
