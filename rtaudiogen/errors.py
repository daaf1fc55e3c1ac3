"""Errors that a user can act on: one line that says what was wrong and what would be right."""


class RtAudioGenError(Exception):
    """Something could not be done (exit status 1)."""


class UsageError(RtAudioGenError):
    """The request makes no sense (exit status 2)."""


class ProcessorLostError(RtAudioGenError):
    """A generator's processor has gone: out of memory, reset, unplugged. It computes no more.

    It is the only error that `render` and `make` may raise: the host goes on with another
    processor.
    """
