"""The configuration of a VQ-VAE whose decoder shapes a pitched excitation."""

from dataclasses import dataclass

from ...compiled.channels import CHANNEL_MULTIPLE
from ..config import MOST_DILATION, CodesConfig

STEPS_PER_SECOND = 200  # of the filters; pitch is tracked as often
STEPS = 4  # in a code frame
PITCHES = 128  # codes of the first stage: unvoiced, then 127 pitches
LOOK_AHEAD_STEPS = 2  # that the encoder hears beyond the end of a code frame
RATE_MULTIPLE = 8000  # Hz


@dataclass(frozen=True)
class ShapedConfig(CodesConfig):
    """Sizes of encoder, decoder and filters; stage 0 of the codes is the pitch."""

    coder: str = "shaped"
    latent: int = 32
    encoder_width: int = 256
    encoder_dilations: tuple[int, ...] = (1, 3, 9)  # at 50 code frames a second …
    feature_dilations: tuple[int, ...] = (1, 3, 9)  # … and at 100, where features come in
    decoder_widths: tuple[int, ...] = (320, 256, 160)  # at 50, 100 and 200 frames a second
    decoder_dilations: tuple[int, ...] = (1, 3, 9)
    filter_dilations: tuple[int, ...] = (1, 3, 9)  # of the last width
    long_bands: int = 80  # of the windows of 512 frames that are heard
    short_bands: int = 24  # of those of 160
    harmonic_bands: int = 80  # that shape the pulses …
    noise_bands: int = 48  # … and the noise
    transform: int = 512  # frames of a filter, a power of 2

    def __post_init__(self) -> None:
        """Raise ValueError for sizes that no network can have."""
        super().__post_init__()
        widths = (self.encoder_width, *self.decoder_widths)
        if self.coder != "shaped" or len(self.decoder_widths) != 3:
            raise ValueError("expected the coder 'shaped' with 3 widths of its decoder")
        if min(widths) < CHANNEL_MULTIPLE or any(width % CHANNEL_MULTIPLE for width in widths):
            raise ValueError(f"widths: expected multiples of {CHANNEL_MULTIPLE} above 0")
        if self.sample_rate % RATE_MULTIPLE or not self.stages >= 2 or self.codes < PITCHES:
            raise ValueError(
                f"expected a sample rate in multiples of {RATE_MULTIPLE}, 2 or more stages, "
                f"{PITCHES} or more codes"
            )
        dilations = (
            *self.encoder_dilations, *self.feature_dilations, *self.decoder_dilations,
            *self.filter_dilations,
        )  # fmt: skip
        if not 0 < min(dilations) <= max(dilations) <= MOST_DILATION:
            raise ValueError(f"expected dilations 1 … {MOST_DILATION}")
        bands = (self.long_bands, self.short_bands, self.harmonic_bands, self.noise_bands)
        if not 2 <= min(bands) <= max(bands) <= self.transform // 2:
            raise ValueError(
                "expected 2 or more bands, half as many as a filter has frames at most"
            )
        if self.transform & (self.transform - 1) or not 4 * self.step <= self.transform <= 1 << 14:
            raise ValueError("a filter must have a power of 2 of frames, four steps or more")

    @property
    def step(self) -> int:
        """Return the waveform frames from one filter to the next."""
        return self.sample_rate // STEPS_PER_SECOND

    @property
    def hop(self) -> int:
        """Return the waveform frames per code frame."""
        return STEPS * self.step

    @property
    def look_ahead(self) -> int:
        """Return the waveform frames after a code frame on which its codes depend."""
        return LOOK_AHEAD_STEPS * self.step

    @property
    def residual_stages(self) -> int:
        """Return the number of stages after the pitch."""
        return self.stages - 1

    @property
    def knows_pitch(self) -> bool:
        """Return True if the first stage is the pitch, which can then be changed."""
        return True

    @property
    def point(self) -> int:
        """Return the size of the point of a code frame: latent, voiced, and octaves."""
        return self.latent + 2

    @property
    def bands(self) -> int:
        """Return the number of log magnitudes of a step's filters."""
        return self.harmonic_bands + self.noise_bands

    @property
    def features(self) -> int:
        """Return the number of input features every 10 ms."""
        return self.long_bands + 2 * self.short_bands + 2

    @property
    def books(self) -> tuple[int, ...]:
        """Return the number of codes of each stage."""
        return (PITCHES, *(self.codes,) * self.residual_stages)
