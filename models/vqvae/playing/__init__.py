"""What a performer does with a stream of codes: sources, notes, levels, history."""
