"""The parameters and views of a SampleRNN model: no torch, no weights."""

from pathlib import Path

from rtaudiogen.generator import Parameter, Plays
from rtaudiogen.model_file import ModelHeader
from rtaudiogen.views import View, XYView

from ..family import ModelFiles, Offer
from ..playing.codes.parameters import (
    KEY_PAN,
    NOTE_WIDTH,
    STREAM_WIDTH,
    note_parameters,
    timbre_parameters,
    views,
)
from .config import SampleRNNConfig
from .shapes import shapes

WEIGHTS = Path(__file__).parent / "weights"
VOICES = 2
PURITY = 0.3
BOOKMARKS = 8
RECALL, KEEP = "recall", "keep"


CLOCKS = (
    Parameter(
        "slow_clock", "Slow clock", 0.0, 1.0, 1.0, "×",
        help="speed of the tier that steps every 16 samples: low stretches what it is about, "
        "0 holds it while its grain goes on",
    ),
    Parameter(
        "middle_clock", "Middle clock", 0.0, 1.0, 1.0, "×",
        help="speed of the tier that steps every 4 samples; 0 freezes the grain, too",
    ),
)  # fmt: skip
STREAM_PARAMETERS = (
    Parameter(
        "swell", "Swell", 0.0, 2.0, 1.0, "×",
        help="depth of waves and gusts: 0 is an even level, 1 as recorded",
    ),
    Parameter(
        "swell_rate", "Swell rate", 0.0, 4.0, 1.0, "×",
        help="speed of waves and gusts; 0 holds the moment",
    ),
    Parameter(
        "bookmark", "Bookmark", 0.0, BOOKMARKS, 0.0, stepped=True, smoothing_ms=0.0,
        labels=("none", *(str(number) for number in range(1, BOOKMARKS + 1))),
        help="to turn to a bookmark jumps to the state that is kept there; one that holds nothing "
        "yet keeps the present state",
    ),
    Parameter(
        "bookmark_mode", "Bookmark mode", 0.0, 1.0, 0.0, stepped=True, smoothing_ms=0.0,
        labels=(RECALL, KEEP), help="keep: to turn to a bookmark keeps the present state there",
    ),
)  # fmt: skip
STREAM_VIEWS: tuple[View, ...] = (XYView("slow_clock", "middle_clock"),)


def offer(path: Path, config: SampleRNNConfig, header: ModelHeader) -> Offer:
    """Return what a model offers a player: notes from a keyboard, or a texture."""
    pitched = config.pitched
    own = CLOCKS + (note_parameters(PURITY) if pitched else STREAM_PARAMETERS)
    return Offer(
        plays=frozenset({Plays.NOTES if pitched else Plays.STREAM}),
        voices=VOICES if pitched else 1,
        width=NOTE_WIDTH if pitched else STREAM_WIDTH,
        key_pan=KEY_PAN,
        parameters=timbre_parameters(config.instruments, 0.6 if pitched else 0.95) + own,
        views=(*STREAM_VIEWS, *views(config.instruments, pitched)),
    )


FILES = ModelFiles("samplernn", SampleRNNConfig, shapes, offer, WEIGHTS)
builtin, describe, read_config = FILES.builtin, FILES.describe, FILES.read_config
