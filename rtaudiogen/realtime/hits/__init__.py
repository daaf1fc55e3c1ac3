"""One-shot hits: made ahead by a worker, started by the audio callback."""
