"""The verifier on effects, on generators with a sound, and on those that combine them."""

from collections.abc import Callable

import numpy as np
import pytest

from rtaudiogen.generator import Audio, Events, Finding, Generator, State
from rtaudiogen.verification.verify import verify

from ..realtime.effects import ECHO, LOOP, Band, Echo, Loop

RATE = 8000


def failed(findings: list[Finding]) -> set[str]:
    return {finding.name for finding in findings if not finding.passed}


class Late(Echo):
    """An echo through a delay line of `input_delay_frames`."""

    input_delay_frames = 320

    def __init__(self) -> None:
        super().__init__(ECHO, RATE)
        self._line = np.zeros((self.input_delay_frames, 1), np.float32)

    def reset(self, seed: int) -> None:
        super().reset(seed)
        self._line = np.zeros_like(self._line)

    def render(self, out: Audio, parameters: np.ndarray, events: Events) -> None:
        super().render(out, parameters, events)
        joined = np.concatenate([self._line, out])
        out[:] = joined[: len(out)]
        self._line = joined[len(out) :]

    def save_state(self) -> State:
        return {"line": self._line.copy()}

    def load_state(self, state: State) -> None:
        if state["line"].shape != self._line.shape:
            raise ValueError("another line")
        self._line = state["line"].copy()


@pytest.mark.parametrize("make", [lambda: Echo(ECHO, RATE), Loop, Band, Late])
def test_a_sound_generator_keeps_the_contract(make: Callable[[], Generator]) -> None:
    assert failed(verify(make)) == set()


class Deaf(Late):
    def hear(self, block: Audio) -> None:
        pass


class KeepsTheBlock(Late):
    def hear(self, block: Audio) -> None:
        self._heard = block


class PassesOnWhatIsNoNumber(Late):
    def hear(self, block: Audio) -> None:
        self._heard = block.copy()


class HearsTheEndOfTheBlockFirst(Late):
    input_delay_frames = 1

    def hear(self, block: Audio) -> None:
        super().hear(block[::-1])


class ForgetsWhatItHeard(Late):
    def load_state(self, state: State) -> None:
        pass


class GoesOnWithWhatItHeardLast(Late):
    def reset(self, seed: int) -> None:
        self._last = np.float32(0.1)
        super().reset(seed)

    def hear(self, block: Audio) -> None:
        super().hear(block)
        self._last = np.float32(0.0)

    def render(self, out: Audio, parameters: np.ndarray, events: Events) -> None:
        super().render(out, parameters, events)
        out += self._last


class IsMuchLaterThanItSays(Late):
    def __init__(self) -> None:
        super().__init__()
        self.input_delay_frames = 100


class HasNoEar(Loop):
    def __init__(self) -> None:
        super().__init__(ECHO, RATE)


class CountsItsStreamAsAVoice(Band):
    def voice_levels(self) -> np.ndarray:
        return super().voice_levels() + np.float32(0.1)


class TakesAnything(Loop):
    def take(self, sound: np.ndarray) -> None:
        self._sound = np.zeros(10, np.float32)


class LosesItsPlace(Loop):
    def save_state(self) -> State:
        return {"position": np.zeros(1, np.int64)}


class HasNoPlaceForASound(Echo):
    def __init__(self) -> None:
        super().__init__(LOOP, LOOP.sample_rate)


BROKEN: list[tuple[Callable[[], Generator], str]] = [
    (Deaf, "input"),
    (KeepsTheBlock, "fills the block"),
    (PassesOnWhatIsNoNumber, "input that is not finite"),
    (HearsTheEndOfTheBlockFirst, "input"),
    (HearsTheEndOfTheBlockFirst, "block size"),
    (ForgetsWhatItHeard, "saved state"),
    (GoesOnWithWhatItHeardLast, "no input"),
    (IsMuchLaterThanItSays, "input"),
    (HasNoEar, "descriptor"),
    (CountsItsStreamAsAVoice, "levels after reset"),
    (CountsItsStreamAsAVoice, "a choked voice falls silent"),
    (TakesAnything, "a sound that is empty"),
    (TakesAnything, "a sound that is not finite"),
    (LosesItsPlace, "with a sound: saved state"),
    (HasNoPlaceForASound, "descriptor"),
]


@pytest.mark.parametrize(("make", "name"), BROKEN)
def test_a_broken_one_is_caught(make: Callable[[], Generator], name: str) -> None:
    assert name in failed(verify(make))
