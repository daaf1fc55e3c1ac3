"""The audio callback and the memory, rings and clocks that it shares."""
