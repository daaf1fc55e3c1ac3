"""The configuration in a WaveNet model file: network, conditioning and training agree on it."""

from dataclasses import dataclass

from ..compiled.channels import CHANNEL_MULTIPLE
from ..compiled.mulaw import LEVELS
from ..family import CodeModelConfig
from ..sounds.bands.edges import fits

MOST_MEMORY = 1 << 26  # numbers that the layers of one voice may remember


@dataclass(frozen=True)
class WaveNetConfig(CodeModelConfig):
    """Sizes in the usual notation R/S/A·L: residual, skip and output channels, layers."""

    harmonics: int = 6
    residual: int = 32  # R; gates are 2R wide
    skip: int = 128  # S
    output: int = 256  # A, width of the layer before the softmax
    dilations: tuple[int, ...] = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512) * 2
    harmonic: bool = False  # tables of recorded notes come with it, whose partials a bank plays
    draws_rest: bool = False  # the network draws what is left beside the partials, not whole notes
    # of a texture in bands, see `sounds.bands`; the bands above the lowest, which has 256 codes:
    upper_codes: tuple[int, ...] = ()  # odd numbers: silence is a code of its own
    upper_output: tuple[int, ...] = ()  # their heads' A
    upper_preemphasis: tuple[float, ...] = ()
    told: tuple[int, ...] = ()  # edges, in Hz, of the bands whose levels are told to the network
    tonal: bool = False  # tables of steady tones come with it, for a bank; it draws the rest

    def __post_init__(self) -> None:
        """Raise ValueError for sizes that no network can have."""
        super().__post_init__()
        self.check_channels("residual", "skip", "output")
        if not self.dilations or min(self.dilations) < 1:
            raise ValueError(f"dilations must be at least 1, not {self.dilations}")
        if self.residual * sum(self.dilations) > MOST_MEMORY:
            raise ValueError("its dilations reach farther into the past than memory does")
        if (self.harmonic and not self.pitched) or (self.draws_rest and not self.harmonic):
            raise ValueError("only a model of notes has partials, and only beside them is a rest")
        self._check_bands()

    def _check_bands(self) -> None:
        upper = len(self.upper_codes)
        if not upper == len(self.upper_output) == len(self.upper_preemphasis):
            raise ValueError("its upper bands differ in number")
        if not upper and (self.told or self.tonal):
            raise ValueError("only a network of several bands is given levels, or tones beside it")
        if not upper:
            return
        if self.pitched or self.sample_rate % self.bands:
            raise ValueError("only textures have bands, and their number must divide the rate")
        if not all(2 < codes < LEVELS and codes % 2 for codes in self.upper_codes):
            raise ValueError(f"an upper band has an odd number of codes below {LEVELS}")
        if any(width < 1 or width % CHANNEL_MULTIPLE for width in self.upper_output):
            raise ValueError(f"upper_output: expected multiples of {CHANNEL_MULTIPLE}")
        if any(share >= 1 for share in self.upper_preemphasis):
            raise ValueError("expected an upper preemphasis below 1")
        if not fits(self.told, self.sample_rate, self.bands):
            raise ValueError("the edges of its told levels do not fit its bands")

    @property
    def bands(self) -> int:
        """Return in how many bands of equal width the sound is drawn."""
        return 1 + len(self.upper_codes)

    @property
    def frame_rate(self) -> int:
        """Return frames of the network, one code of every band each, per second."""
        return self.sample_rate // self.bands

    @property
    def codes(self) -> tuple[int, ...]:
        """Return the number of codes of each band."""
        return (LEVELS, *self.upper_codes)

    @property
    def preemphases(self) -> tuple[float, ...]:
        """Return each band's pre-emphasis; every other band is mirrored in frequency."""
        upper = (share * (-1) ** band for band, share in enumerate(self.upper_preemphasis, 1))
        return (self.preemphasis, *upper)

    @property
    def conditioning(self) -> int:
        """Return C: see CodeModelConfig; in bands, the levels that are told."""
        return len(self.told) - 1 if self.told else super().conditioning
