"""Presets and sessions: JSON documents that are read field by field."""
