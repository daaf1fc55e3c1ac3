"""A SampleRNN's model file: its sizes, tensors and parameters; no torch, no weights."""

from dataclasses import dataclass
from pathlib import Path

from rtaudiogen.generator import Parameter
from rtaudiogen.model_file import ModelHeader
from rtaudiogen.views import XYView

from ..compiled.mulaw import LEVELS
from ..family import Card, CodeModelConfig, ModelFiles, Offer
from ..playing.codes.parameters import BOOKMARK_PARAMETERS, WALK_PARAMETERS, Defaults, offer_codes

FRAME = 16  # samples between two steps of the slow tier, and samples that each tier sees
STEP = 4  # samples between two steps of the middle tier
UP = FRAME // STEP  # steps of the middle tier in one of the slow tier
TAPS = 4  # newest samples that the sample tier sees as codes, not only as numbers

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


@dataclass(frozen=True)
class SampleRNNConfig(CodeModelConfig):
    """Three tiers of one width; without harmonics the model plays textures, not notes."""

    width: int = 256  # W, units of every tier
    embedding: int = 16  # E, dimensions of the space in which instruments are points
    preemphasis: float = 0.85

    def __post_init__(self) -> None:
        """Raise ValueError for sizes that no network can have."""
        super().__post_init__()
        self.check_channels("width")

    @property
    def conditioning(self) -> int:
        """Return C, the local conditioning channels: those of a note, or a texture's level."""
        return super().conditioning if self.pitched else 1

    @property
    def told(self) -> int:
        """Return the number of a tier's inputs without the instrument."""
        return FRAME + self.conditioning


def shapes(config: SampleRNNConfig) -> dict[str, tuple[int, ...]]:
    """Return the shapes of a SampleRNN's tensors."""
    w, told = config.width, config.told + config.embedding
    wanted: dict[str, tuple[int, ...]] = {
        "instruments.weight": (len(config.instruments), config.embedding),
        "tables": (TAPS * LEVELS, w),
        "middle_in.weight": (w, told),
        "sample_in.weight": (w, told),
        "slow_out.weight": (UP * w, w),
        "slow_out.bias": (UP * w,),
        "middle_out.weight": (STEP * w, w),
        "middle_out.bias": (STEP * w,),
        "output.weight": (w, w),
        "output.bias": (w,),
        "logit.weight": (LEVELS, w),
        "logit.bias": (LEVELS,),
    }
    for tier, inputs in (("slow", told), ("middle", w)):
        wanted[f"{tier}.weight_ih_l0"], wanted[f"{tier}.weight_hh_l0"] = (3 * w, inputs), (3 * w, w)
        wanted[f"{tier}.bias_ih_l0"] = wanted[f"{tier}.bias_hh_l0"] = (3 * w,)
    return wanted


def offer(path: Path, config: SampleRNNConfig, header: ModelHeader) -> Offer:
    """Return the offer of notes or of a texture, with a parameter for each clock."""
    return offer_codes(
        config, VOICES, DEFAULTS, CLOCKS, WALK_PARAMETERS + BOOKMARK_PARAMETERS,
        (XYView("slow_clock", "middle_clock"),),
    )  # fmt: skip


CARDS = {
    "samplernn-textures": Card(
        "Clockworks", "#5b8def", "endless rain, fire and machines whose clocks slow down and stop"
    )
}
FILES = ModelFiles("samplernn", SampleRNNConfig, shapes, offer, WEIGHTS, CARDS)
