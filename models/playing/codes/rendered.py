"""Notes and textures as a player would get them from a generator. [control]"""

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from rtaudiogen.events import EventKind, event, no_events
from rtaudiogen.generator import Generator

BLOCK = 512  # frames a render call


def play_note(
    generator: Generator, instrument: int, key: float, velocity: float, seconds: float,
    release_seconds: float = 0.0, seed: int = 1,
) -> NDArray[np.float32]:  # fmt: skip
    """(frames,) one note of a freshly reset generator; the key is let go at `seconds`."""
    generator.reset(seed)
    held = round(seconds * generator.sample_rate)
    told = {
        0: event(0, EventKind.NOTE_ON, 0, key, velocity),
        held: event(0, EventKind.NOTE_OFF, 0),
    }
    frames = held + round(release_seconds * generator.sample_rate)
    return _rendered(generator, instrument, frames, told)


def play_texture(
    generator: Generator, instrument: int, seconds: float, seed: int = 1
) -> NDArray[np.float32]:
    """(frames,) from a freshly reset generator."""
    generator.reset(seed)
    return _rendered(generator, instrument, round(seconds * generator.sample_rate), {})


def _rendered(
    generator: Generator, instrument: int, frames: int, told: dict[int, NDArray[np.void]]
) -> NDArray[np.float32]:
    parameters = generator.descriptor.defaults()
    parameters[generator.descriptor.parameter_index("timbre")] = instrument
    out = np.zeros((frames, 1), np.float32)
    cuts = sorted({*range(0, frames, BLOCK), *(cut for cut in told if cut < frames), frames})
    for start, end in pairwise(cuts):
        generator.render(out[start:end], parameters, told.get(start, no_events()))
    return out[:, 0]
