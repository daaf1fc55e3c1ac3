"""Parameters and views of a SampleRNN model: no torch, no weights."""

from pathlib import Path

from rtaudiogen.generator import Parameter
from rtaudiogen.model_file import ModelHeader
from rtaudiogen.views import XYView

from ..family import ModelFiles, Offer
from ..playing.codes.parameters import BOOKMARK_PARAMETERS, WALK_PARAMETERS, Defaults, offer_codes
from .config import SampleRNNConfig, shapes

WEIGHTS = Path(__file__).parent / "weights"
VOICES = 2
DEFAULTS = Defaults(note_temperature=0.6, texture_temperature=0.95, purity=0.3)
CLOCKS = (
    Parameter(
        "slow_clock", "Slow clock", 0.0, 1.0, 1.0, "×",
        help="speed of the tier that steps every 16 samples: low stretches its course, "
        "0 holds it while the fine grain continues",
    ),
    Parameter(
        "middle_clock", "Middle clock", 0.0, 1.0, 1.0, "×",
        help="speed of the tier that steps every 4 samples; 0 freezes the fine grain, too",
    ),
)  # fmt: skip


def offer(path: Path, config: SampleRNNConfig, header: ModelHeader) -> Offer:
    """Return the offer of notes or of a texture, with a parameter for each clock."""
    return offer_codes(
        config, VOICES, DEFAULTS, CLOCKS, WALK_PARAMETERS + BOOKMARK_PARAMETERS,
        (XYView("slow_clock", "middle_clock"),),
    )  # fmt: skip


FILES = ModelFiles("samplernn", SampleRNNConfig, shapes, offer, WEIGHTS)
builtin, describe, read_config = FILES.builtin, FILES.describe, FILES.read_config
