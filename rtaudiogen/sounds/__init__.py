"""Reading of sound files: opening, repairing and mixing, for the engine and every training."""

from .mixing import ChannelMeter
from .names import one_line, shown
from .reader import MOST_CHANNELS, Signal, SoundReader, WholeSound, read_whole
from .values import without_offset

__all__ = [
    "MOST_CHANNELS",
    "ChannelMeter",
    "Signal",
    "SoundReader",
    "WholeSound",
    "one_line",
    "read_whole",
    "shown",
    "without_offset",
]
