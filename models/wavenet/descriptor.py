"""What a WaveNet model offers a player, from its file's header: no torch, no weights."""

from pathlib import Path

from rtaudiogen.model_file import ModelHeader

from ..family import ModelFiles, Offer
from ..playing.codes.parameters import Defaults, offer_codes
from .config import WaveNetConfig
from .shapes import shapes

WEIGHTS = Path(__file__).parent / "weights"
VOICES = 4
# nearer to the recorded notes, in all instruments tried, than bolder draws (log-mel distance)
DEFAULTS = Defaults(note_temperature=0.3, texture_temperature=1.0, purity=0.7)


def offer(path: Path, config: WaveNetConfig, header: ModelHeader) -> Offer:
    """Return notes from a keyboard, or a texture."""
    return offer_codes(config, VOICES, DEFAULTS)


FILES = ModelFiles("wavenet", WaveNetConfig, shapes, offer, WEIGHTS)
builtin, describe, read_config = FILES.builtin, FILES.describe, FILES.read_config
