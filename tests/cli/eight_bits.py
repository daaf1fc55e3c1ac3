"""A codec that needs no training: four frames are four codes of eight bits, one a stage."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rtaudiogen.generator import Descriptor, Family, Plays
from rtaudiogen.model_file import ModelHeader, read_header, write_model

RATE, HOP, STEPS = 16000, 4, 128


def describe(path: Path) -> Descriptor:
    """Return the descriptor of a model file."""
    name = read_header(path).name
    stream = frozenset({Plays.STREAM})
    return Descriptor(name, "eight-bits", name, "", stream, RATE, 1, 1, (), path=path)


def write_codec(path: Path, steps: float = STEPS, card: str = "") -> Path:
    """Write a model file; its only weight is the number of steps from 0 to 1."""
    header = ModelHeader("eight-bits", path.stem, {"hop": HOP}, card=card)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_model(path, header, {"steps": np.array([steps], np.float32)})
    return path


class EightBits:
    """A codec that keeps frames until they fill a code frame."""

    sample_rate, hop, stages, codes = RATE, HOP, HOP, 2 * STEPS
    look_ahead, least_stages, books = 0, 1, (2 * STEPS,) * HOP

    def __init__(self, descriptor: Descriptor) -> None:
        self.waiting = np.ones(3, np.float32)  # `reset` is needed

    def reset(self) -> None:
        """Forget the kept frames."""
        self.waiting = np.zeros(0, np.float32)

    def encode(self, signal: NDArray[np.float32]) -> NDArray[np.uint16]:
        """Return the rounded and clipped codes."""
        signal = np.concatenate([self.waiting, signal])
        whole = len(signal) // HOP * HOP
        self.waiting = signal[whole:]
        codes = np.clip(np.rint(signal[:whole] * STEPS) + STEPS, 0, 2 * STEPS - 1)
        return codes.astype(np.uint16).reshape(-1, HOP)

    def decode(self, codes: NDArray[np.uint16]) -> NDArray[np.float32]:
        """Return the signal; frames of missing stages are silent."""
        signal = np.zeros((len(codes), HOP), np.float32)
        signal[:, : codes.shape[1]] = (codes.astype(np.float32) - STEPS) / STEPS
        return signal.ravel()

    def predictor(self, stages: int) -> None:
        """Return None: there is no prior."""


FAMILY = Family(
    name="eight-bits", summary="a codec", builtin=lambda: (), describe=describe,
    create=f"{__name__}:EightBits", codec=f"{__name__}:EightBits",
)  # fmt: skip
