"""The render thread: rack, slots, their generators, and the worker pool."""
