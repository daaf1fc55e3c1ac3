"""Options of a training on instruments: notes from a keyboard, or textures."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from numpy.typing import NDArray

from rtaudiogen.errors import UsageError

from ...family import CodeModelConfig
from ...training.options import TrainingOptions, option
from ...training.run import SoundStatistics
from ..say import Say
from .corpus import Corpus, read_notes, read_textures

C = TypeVar("C", bound=CodeModelConfig)


@dataclass(frozen=True)
class InstrumentOptions(TrainingOptions):
    """Options of the reading of a folder of instruments, and of the conditioning."""

    instruments: str = option("", "Instruments of the folder, comma-separated; empty: all.")
    lowest: int = option(
        40, "Lowest MIDI note to be playable: gaps are filled by resampling.", least=0, most=127
    )
    highest: int = option(84, "Highest MIDI note to be playable.", least=0, most=127)
    hold_seconds: float = option(
        0.0, "Seconds to the release of keys in the recordings; 0: detect it.", least=0
    )
    harmonics: int = option(
        12, "Harmonics of the note's phase that the network is given.", least=1, most=1024
    )
    preemphasis: float = option(
        0.85, "Pre-emphasis before the 8-bit codes, against hiss.", least=0, below=1
    )

    def __post_init__(self) -> None:
        """Raise UsageError for values out of range."""
        super().__post_init__()
        if self.lowest > self.highest:
            raise UsageError("--lowest and --highest must be MIDI notes in this order")

    @property
    def pitched(self) -> bool:
        """Return True if notes are trained, False for textures."""
        raise NotImplementedError  # a family says this of its network

    @property
    def step_frames(self) -> int:
        """Return how many frames of the network a process learns from in a step."""
        raise NotImplementedError  # a family says this of its network

    def code_config(self, kind: type[C], instruments: tuple[str, ...], **sizes: Any) -> C:
        """Return a configuration with `sizes`, and the options of the same names for the rest."""
        harmonics = self.harmonics if self.pitched else 0
        return self.sized(kind, harmonics=harmonics, instruments=instruments, **sizes)

    @property
    def wanted(self) -> list[str]:
        """Return the instruments to be learnt; none means all."""
        return [name.strip() for name in self.instruments.split(",") if name.strip()]

    def learnt(self, folder: Path, say: Say) -> tuple[Corpus, dict[str, NDArray[Any]] | None]:
        """Return what a network learns from a folder, and further tensors for playing, if any.

        UsageError or RtAudioGenError, in one line.
        """
        return self.read(folder, say), None

    def read(self, folder: Path, say: Say) -> Corpus:
        """Return the sounds of a folder. UsageError or RtAudioGenError, in one line."""
        wanted = self.wanted
        if not self.pitched:
            return read_textures(folder, self.sample_rate, wanted, say)
        return read_notes(
            folder, self.sample_rate, wanted, self.lowest, self.highest, self.hold_seconds, say
        )

    def heard(self, corpus: Corpus) -> SoundStatistics:
        """Return the amount of training sound."""
        seconds = corpus.frames / self.sample_rate
        return SoundStatistics(len(corpus.training), len(corpus.held_out), seconds, corpus.licences)
