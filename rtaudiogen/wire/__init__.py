"""The façade and its transport between two processes: verbs, messages, shared facts."""
