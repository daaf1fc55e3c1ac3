"""Tools for playing a network: state, events, voices."""
