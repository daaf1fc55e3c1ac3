"""A piece for two slots, and helpers that render it."""

from itertools import cycle

import numpy as np

from rtaudiogen.generator import Audio, Generator
from rtaudiogen.models.sine import SINE
from rtaudiogen.models.sine.generator import Sine
from rtaudiogen.realtime.render.renderer import Renderer

RATE = 48000
FRAMES = 12000


def sine(rate: int = RATE) -> Sine:
    """Return a sine at a rate of its own, so that it is resampled."""
    return Sine(SINE, rate)


def pull(renderer: Renderer, frames: int, sizes: list[int]) -> Audio:
    out = np.full((frames, 2), np.nan, np.float32)
    position = 0
    for size in cycle(sizes):
        renderer.render(out[position : position + size])
        position += size
        if position >= frames:
            return out
    raise AssertionError


def on_time(renderer: Renderer, frames: int, sizes: list[int]) -> Audio:
    """Render as `pull`, without the renderer's initial delay."""
    return pull(renderer, frames + renderer.delay_frames, sizes)[renderer.delay_frames :]


def piece(renderer: Renderer) -> Renderer:
    """Schedule notes, wheels, commands and a swap for two slots at different rates."""
    first = renderer.add(sine(), {"release": 30.0})
    wide = {"pan": 0.5, "transpose": 12, "width": 0.5, "key_pan": 0.4}
    second = renderer.add(sine(16000), mix=wide)
    for frame, status, data1, data2 in [
        (0, 0x90, 60, 100),
        (700, 0x90, 64, 90),
        (701, 0xB0, 64, 127),
        (1500, 0x80, 60, 0),
        (2900, 0xE0, 0, 100),
        (3000, 0xB0, 1, 127),
        (6000, 0xB0, 64, 0),
        (9000, 0x80, 64, 0),
    ]:
        renderer.midi(frame, status, data1, data2)
    renderer.set_parameter(first, "level", -30.0, at_frame=2000)
    renderer.set_mix(second, "gain_db", -6.0, at_frame=2500)
    renderer.set_mix(second, "width", 0.1, at_frame=5000)
    renderer.set_mix(first, "solo", True, at_frame=8000)
    return renderer


class MakeInTurn:
    """A factory of sines at given rates, one after the other."""

    def __init__(self, rates: list[int]) -> None:
        self._rates = list(rates)

    def __call__(self, model: str, sound: str, voices: int) -> Generator:
        assert (model, sound) == ("sine", "")
        return sine(self._rates.pop(0))
