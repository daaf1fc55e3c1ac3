"""Playing of a stream of codes: sources, notes, levels, history."""
