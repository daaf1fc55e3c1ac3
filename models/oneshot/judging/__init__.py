"""Measures and reports of one-shot sounds: corpus, classifier, warnings, pictures."""
