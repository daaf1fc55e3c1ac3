"""The parameters of a WaveNet model, from its file's header: no torch, no weights."""

from pathlib import Path

from rtaudiogen.generator import Plays
from rtaudiogen.model_file import ModelHeader

from ..family import ModelFiles, Offer
from ..playing.codes.parameters import (
    KEY_PAN,
    NOTE_WIDTH,
    STREAM_WIDTH,
    note_parameters,
    timbre_parameters,
    views,
)
from .config import WaveNetConfig
from .shapes import shapes

WEIGHTS = Path(__file__).parent / "weights"
VOICES = 4
# nearer to the recorded notes, in all instruments tried, than bolder draws (log-mel distance)
TEMPERATURE, PURITY = 0.3, 0.7


def offer(path: Path, config: WaveNetConfig, header: ModelHeader) -> Offer:
    """Return what a model offers a player: notes from a keyboard, or a texture."""
    pitched = config.pitched
    return Offer(
        plays=frozenset({Plays.NOTES if pitched else Plays.STREAM}),
        voices=VOICES if pitched else 1,
        width=NOTE_WIDTH if pitched else STREAM_WIDTH,
        key_pan=KEY_PAN,
        parameters=timbre_parameters(config.instruments, TEMPERATURE if pitched else 1.0)
        + (note_parameters(PURITY) if pitched else ()),
        views=views(config.instruments, pitched),
    )


FILES = ModelFiles("wavenet", WaveNetConfig, shapes, offer, WEIGHTS)
builtin, describe, read_config = FILES.builtin, FILES.describe, FILES.read_config
