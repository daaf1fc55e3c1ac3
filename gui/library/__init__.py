"""The library page: models, presets, sessions and recordings."""
