"""Errors a person can act on: one line that says what was wrong and what would be right."""


class RtAudioGenError(Exception):
    """Something could not be done (exit status 1)."""


class UsageError(RtAudioGenError):
    """Something was asked for that cannot be meant (exit status 2)."""


class ProcessorLostError(RtAudioGenError):
    """What a generator computes on has gone: out of memory, reset, unplugged. It computes no more.

    The one error that `render` and `make` may raise: the host goes on with another processor.
    """
