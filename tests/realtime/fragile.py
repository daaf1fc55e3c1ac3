"""Instruments whose processor can be lost: a sine, and drums whose hits are made ahead."""

import dataclasses
import time
from collections.abc import Hashable, Iterator
from contextlib import contextmanager

import numpy as np
import pytest

from rtaudiogen import processors
from rtaudiogen.errors import ProcessorLostError
from rtaudiogen.generator import Audio, Descriptor, Events, Family, Generator, State
from rtaudiogen.models.sine import SINE
from rtaudiogen.models.sine.generator import Sine

from . import families
from .drums import DRUMS, Drums

DEVICES = ("cpu", "cuda")
FRAGILE = dataclasses.replace(SINE, id="fragile", family="fragile", name="Fragile")
FRAGILE_DRUMS = dataclasses.replace(DRUMS, id="fragile-drums", family="fragile")
WHY = "device 'cuda': out of memory"


class Fate:
    """What happens to generators that compute on a device."""

    def __init__(self) -> None:
        self.calls_left: dict[str, float] = {}  # until the device is lost; for ever without
        self.refused: set[str] = set()  # devices on which nothing can be prepared
        self.pauses_ms: dict[str, Iterator[float]] = {}  # of every call, in turn
        self.prepared: list[str] = []  # devices, in order

    def prepare(self, device: str) -> None:
        self.prepared.append(device)
        if device in self.refused:
            raise ProcessorLostError(f"{WHY}\nand more lines")

    def meet(self, device: str) -> None:
        if device in self.pauses_ms:
            time.sleep(next(self.pauses_ms[device]) / 1000)
        left = self.calls_left.get(device, np.inf)
        self.calls_left[device] = left - 1
        if left <= 0:
            raise ProcessorLostError(f"{WHY}\nand more lines")


fate = Fate()


class Fragile(Sine):
    """A sine that fails as `fate` has it."""

    device = ""

    def prepare(self, max_frames: int, device: str = "cpu") -> None:
        self.device = ""
        fate.prepare(device)
        super().prepare(max_frames)
        self.device = device

    def render(self, out: Audio, parameters: np.ndarray, events: Events) -> None:
        if self.device:
            fate.meet(self.device)
        super().render(out, parameters, events)


class FragileDrums(Drums):
    """Drums that fail as `fate` has it; every hit that is made counts as a call."""

    device = ""

    def prepare(self, max_frames: int, device: str = "cpu") -> None:
        fate.prepare(device)
        self.device = device

    def make(self, recipe: Hashable) -> Audio:
        fate.meet(self.device)
        return super().make(recipe)


class StateIsGone(Fragile):
    """A sine whose state on the device is lost with the device."""

    def save_state(self) -> State:
        raise ProcessorLostError(WHY)


def create(descriptor: Descriptor, sample_rate: int) -> Generator:
    """Return a generator of the family."""
    kind = FragileDrums if descriptor.id == FRAGILE_DRUMS.id else Fragile
    return kind(descriptor, sample_rate)


FAMILY = Family(
    name="fragile",
    summary="for tests",
    builtin=lambda: [FRAGILE, FRAGILE_DRUMS],
    describe=lambda path: FRAGILE,
    create=f"{__name__}:create",
    devices=DEVICES,
)


@contextmanager
def a_gpu(patch: pytest.MonkeyPatch) -> Iterator[Fate]:
    """Let this process see a GPU and know the family, and yield its fate, as new."""
    families.register(FAMILY, patch)
    patch.setattr(processors, "missing", lambda name: "" if name in DEVICES else "it is not here")
    patch.setattr(processors, "title", lambda name: "A GPU")
    fate.__init__()  # as new
    yield fate
