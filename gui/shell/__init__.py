"""The window's frame: pages, theme, messages, and the bridge to the engine."""
