"""The parameters of a WaveNet model, from its file's header: no torch, no weights."""

from pathlib import Path

from rtaudiogen.generator import Plays
from rtaudiogen.model_file import ModelHeader

from ..family import ModelFiles, Offer
from ..playing.codes.parameters import NOTE_PARAMETERS, timbre_parameters, views
from .config import WaveNetConfig
from .shapes import shapes

WEIGHTS = Path(__file__).parent / "weights"
VOICES = 4


def offer(path: Path, config: WaveNetConfig, header: ModelHeader) -> Offer:
    """Return what a model offers a player: notes from a keyboard, or a texture."""
    pitched = config.pitched
    return Offer(
        plays=frozenset({Plays.NOTES if pitched else Plays.STREAM}),
        voices=VOICES if pitched else 1,
        parameters=timbre_parameters(config.instruments, 0.6 if pitched else 1.0)
        + (NOTE_PARAMETERS if pitched else ()),
        views=views(config.instruments, pitched),
    )


FILES = ModelFiles("wavenet", WaveNetConfig, shapes, offer, WEIGHTS)
builtin, describe, read_config = FILES.builtin, FILES.describe, FILES.read_config
