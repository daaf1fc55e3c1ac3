"""A small drum machine: decaying tones whose pitch is decided by seed, pad, number and layer."""

import hashlib
import os
import time
from collections.abc import Hashable, Mapping
from functools import partial
from zlib import crc32

import numpy as np

from rtaudiogen.events import EventKind
from rtaudiogen.generator import (
    Audio,
    Descriptor,
    Events,
    Family,
    Generator,
    Parameter,
    Plays,
    State,
    Strike,
)

from . import families

PADS, LOWEST_KEY = 16, 36
HAT_GROUP, OPEN_HAT, CLOSED_HAT = 1, 10, 6  # pads
_CHUNK = bytes(1 << 20)

PARAMETERS = (
    Parameter("tune", "Tune", -12.0, 12.0, 0.0, "semitones", stepped=True),
    Parameter("length", "Length", 5.0, 2000.0, 100.0, "ms", smoothing_ms=0.0),
    Parameter("layers", "Layers", 1.0, 3.0, 1.0, stepped=True),
    Parameter("level", "Level", 0.0, 2.0, 0.5, smoothing_ms=0.0),
    Parameter("kept", "Number that pad 0 has kept", 0.0, 1000.0, 0.0, stepped=True),
)


def describe(id: str, sample_rate: int, channels: int) -> Descriptor:
    return Descriptor(
        id=id,
        family="drums",
        name=id,
        summary="for tests",
        plays=frozenset({Plays.HITS}),
        sample_rate=sample_rate,
        channels=channels,
        voices=16,
        parameters=PARAMETERS,
    )


DRUMS = describe("drums", 0, 2)
DRUMS_16K = describe("drums-16k", 16000, 1)


def busy(seconds: float) -> None:
    """Compute for so long, without the interpreter's lock."""
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        hashlib.sha256(_CHUNK)


class Drums:
    """A hit maker (see generator.HitMaker); every `make` takes `slowness_seconds` longer."""

    delay_frames = 0
    pads, layers = PADS, 3

    def __init__(self, descriptor: Descriptor = DRUMS, sample_rate: int = 48000) -> None:
        self.descriptor, self.sample_rate = descriptor, sample_rate
        self.slowness_seconds = float(os.environ.get("DRUMS_MAKE_SECONDS", "0"))
        self.played = np.zeros(PADS, np.int64)
        self.made: list[Hashable] = []
        self.fails = ""  # the method that raises
        self._seed = 0
        self._voices: list[tuple[int, ...]] = [(0,) * 6] * descriptor.voices
        self._gains = np.zeros(descriptor.voices)

    # -- generator -------------------------------------------------------------------------------

    def prepare(self, max_frames: int, device: str = "cpu") -> None:
        pass

    def reset(self, seed: int) -> None:
        self._seed = seed
        self.played[:] = 0
        self._gains[:] = 0.0

    def render(self, out: Audio, parameters: np.ndarray, events: Events) -> None:
        out[:] = 0.0
        for voice in range(len(self._voices)):
            self._advance(voice, out)
        for frame, kind, voice, key, velocity in events.tolist():
            pad = self.pad_of(round(key)) if kind == EventKind.NOTE_ON else None
            if pad is not None:
                layer = self.layer_of(velocity, parameters)
                recipe = self.recipe(pad, int(self.played[pad]), layer, parameters)
                self.played[pad] += 1
                self._voices[voice] = (*recipe, 0)
                self._gains[voice] = self.strike(pad, velocity, parameters).gain
                self._advance(voice, out[frame:])
            elif kind == EventKind.CHOKE:
                self._gains[voice] = 0.0

    def _advance(self, voice: int, out: Audio) -> None:
        *recipe, position = self._voices[voice]
        if self._gains[voice] > 0.0:
            audio = self._tone(tuple(recipe))[position : position + len(out)]
            out[: len(audio)] += audio * np.float32(self._gains[voice])
            self._voices[voice] = (*recipe, position + len(out))
            if not len(audio):
                self._gains[voice] = 0.0

    def voice_levels(self) -> np.ndarray:
        return (self._gains > 0.0).astype(np.float32)

    def save_state(self) -> State:
        return {
            "seed": np.array([self._seed]),
            "played": self.played.copy(),
            "voices": np.array(self._voices),
            "gains": self._gains.copy(),
        }

    def load_state(self, state: State) -> None:
        self._seed = int(state["seed"][0])
        self.played[:] = state["played"]
        self._voices = [tuple(voice) for voice in state["voices"].tolist()]
        self._gains[:] = state["gains"]

    # -- hits ------------------------------------------------------------------------------------

    def pad_of(self, key: int) -> int | None:
        return key - LOWEST_KEY if 0 <= key - LOWEST_KEY < PADS else None

    def layer_of(self, velocity: float, parameters: np.ndarray) -> int:
        return min(int(velocity * parameters[2]), int(parameters[2]) - 1)

    def recipe(
        self, pad: int, number: int, layer: int, parameters: np.ndarray
    ) -> tuple[int, int, int, int, int]:
        """Return the random number, pad, layer, tune and length of a hit."""
        if self.fails == "recipe":
            raise ValueError("no recipe today")
        if pad == 0 and parameters[4] > 0:
            number = int(parameters[4])
        chance = crc32(np.array([self._seed, pad, number], np.int64).tobytes())
        return chance, pad, layer, int(parameters[0]), int(parameters[1])

    def make(self, recipe: Hashable) -> Audio:
        if self.fails == "make":
            raise ValueError("out of clay")
        self.made.append(recipe)
        busy(self.slowness_seconds)
        return self._tone(recipe)

    def _tone(self, recipe: Hashable) -> Audio:
        chance, _, layer, tune, milliseconds = recipe
        frames = max(1, milliseconds * self.sample_rate // 1000)
        time = np.arange(frames) / self.sample_rate
        pitch = 100.0 * 2 ** (chance / 2**32 * 3 + tune / 12)
        decay = (layer + 1) / 3 * (1.0 - np.arange(frames) / frames) ** 2
        tone = decay * np.cos(2 * np.pi * pitch * time)
        return np.repeat(tone[:, None], self.descriptor.channels, axis=1).astype(np.float32)

    def strike(self, pad: int, velocity: float, parameters: np.ndarray) -> Strike:
        if self.fails == "strike":
            raise ValueError("no sticks")
        group = HAT_GROUP if pad in (OPEN_HAT, CLOSED_HAT) else 0
        gain = np.nan if self.fails == "gain" else float(parameters[3])
        return Strike(gain * velocity, 0.0, group)

    def kept(self, parameters: np.ndarray) -> Mapping[str, float]:
        if self.fails == "kept":
            raise ValueError("forgotten")
        return {"kept": float(self.played[0])}


def create(descriptor: Descriptor, sample_rate: int) -> Generator:
    """Return a generator of the family."""
    return Drums(descriptor, descriptor.sample_rate or sample_rate)


FAMILY = Family(
    name="drums",
    summary="for tests",
    builtin=lambda: [DRUMS, DRUMS_16K],
    describe=lambda path: DRUMS,
    create=f"{__name__}:create",
)


installed = partial(families.installed, FAMILY.name)
register = partial(families.register, FAMILY)
