"""The window's head: devices, master, recorder and scopes."""
