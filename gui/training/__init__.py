"""The training page: form, progress and clips."""
