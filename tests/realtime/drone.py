"""A generator that can be broken on purpose, and measurements of a renderer that plays it."""

import dataclasses
from collections.abc import Callable

import numpy as np

from rtaudiogen.generator import Audio, Descriptor, Events, Generator, Parameter, Plays, State
from rtaudiogen.models.sine import SINE
from rtaudiogen.models.sine.generator import Sine
from rtaudiogen.realtime.render.renderer import Renderer

RATE = 48000

DRONE = Descriptor(
    id="drone",
    family="test",
    name="Drone",
    summary="a steady tone that can be broken on purpose",
    plays=frozenset({Plays.STREAM}),
    sample_rate=0,
    channels=1,
    voices=1,
    parameters=(
        Parameter("level", "Level", 0.0, 100.0, 0.25),
        Parameter("choice", "Choice", 0.0, 3.0, 0.0, stepped=True),
    ),
)


class Drone:
    """A steady tone; `sabotage(out)` is called on every block it renders."""

    delay_frames = 0

    def __init__(
        self,
        sabotage: Callable[[Audio], None] = lambda out: None,
        channels: int = 1,
        turns: float = 0.0,
    ) -> None:
        self.descriptor = dataclasses.replace(DRONE, channels=channels)
        self.sample_rate = RATE
        self.frame = 0
        self.seeds: list[int] = []
        self._sabotage = sabotage
        self._turns = turns  # of its first frame

    def prepare(self, max_frames: int, device: str = "cpu") -> None:
        pass

    def reset(self, seed: int) -> None:
        self.seeds.append(seed)
        self.frame = 0

    def render(self, out: Audio, parameters: np.ndarray, events: Events) -> None:
        time = (self.frame + np.arange(len(out))) / RATE
        out[:] = (parameters[0] * np.sin(2 * np.pi * (200 * time + self._turns)))[:, None]
        self.frame += len(out)
        self._sabotage(out)

    def voice_levels(self) -> np.ndarray:
        return np.ones(1, np.float32)

    def save_state(self) -> State:
        return {"frame": np.array([self.frame])}

    def load_state(self, state: State) -> None:
        self.frame = int(state["frame"][0])


class Breakdown:
    """A sabotage of one block, counted from 0."""

    def __init__(self, block: int, act: Callable[[Audio], None]) -> None:
        self._left, self._act = block, act

    def __call__(self, out: Audio) -> None:
        self._left -= 1
        if self._left == -1:
            self._act(out)


def put_nan(out: Audio) -> None:
    out[len(out) // 2] = np.nan


def explode(out: Audio) -> None:
    raise ZeroDivisionError("a weight was 0\nand more lines")


def sound(renderer: Renderer, seconds: float) -> Audio:
    out = np.full((round(RATE * seconds), 2), np.nan, np.float32)
    renderer.render(out)
    assert np.isfinite(out).all()
    return out


def peaks(out: Audio) -> list[float]:
    return [float(peak) for peak in np.abs(out).max(axis=0)]


def largest_step(out: Audio) -> float:
    return float(np.abs(np.diff(out, axis=0)).max())


def kinds(renderer: Renderer) -> list[str]:
    return [message.kind for message in renderer.messages()]


def retired(renderer: Renderer) -> list[Generator]:
    return [m.payload.generator for m in renderer.messages() if m.kind == "retired"]


def sine() -> Generator:
    return Sine(SINE, RATE)
