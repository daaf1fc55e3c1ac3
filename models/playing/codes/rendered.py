"""Notes, textures and clips rendered as a player hears them. [control]"""

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

from rtaudiogen.events import EventKind, event, no_events
from rtaudiogen.generator import Descriptor, Generator, Plays

BLOCK = 512  # frames a render call
CLIP_KEYS = (48.0, 60.0, 72.0)
CLIP_SECONDS, CLIP_RELEASE_SECONDS, TEXTURE_SECONDS = 0.4, 0.2, 1.0

Create = Callable[[Descriptor, int], Generator]


def prepared(create: Create, descriptor: Descriptor) -> Generator:
    """Return a generator that renders blocks of BLOCK frames."""
    generator = create(descriptor, 0)
    generator.prepare(BLOCK)
    return generator


def play_note(
    generator: Generator, instrument: int, key: float, velocity: float, seconds: float,
    release_seconds: float = 0.0, seed: int = 1,
) -> NDArray[np.float32]:  # fmt: skip
    """Return (frames,) of one note after a reset; the key is released at `seconds`."""
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
    """Return (frames,) of a texture after a reset; of a stereo one, the left side."""
    generator.reset(seed)
    return _rendered(generator, instrument, round(seconds * generator.sample_rate), {})


def clip_of(
    create: Create, describe: Callable[[Path], Descriptor], model: Path, path: Path
) -> None:
    """Write a WAV of all instruments of a model file in turn."""
    generator = prepared(create, describe(model))
    parts = []
    index = generator.descriptor.parameter_index("timbre")
    for instrument in range(len(generator.descriptor.parameters[index].labels)):
        if Plays.STREAM in generator.descriptor.plays:
            parts.append(play_texture(generator, instrument, TEXTURE_SECONDS))
            continue
        for key in CLIP_KEYS:
            parts.append(
                play_note(generator, instrument, key, 0.8, CLIP_SECONDS, CLIP_RELEASE_SECONDS)
            )
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, np.concatenate(parts), generator.sample_rate)


def _rendered(
    generator: Generator, instrument: int, frames: int, told: dict[int, NDArray[np.void]]
) -> NDArray[np.float32]:
    parameters = generator.descriptor.defaults()
    parameters[generator.descriptor.parameter_index("timbre")] = instrument
    out = np.zeros((frames, generator.descriptor.channels), np.float32)
    cuts = sorted({*range(0, frames, BLOCK), *(cut for cut in told if cut < frames), frames})
    for start, end in pairwise(cuts):
        generator.render(out[start:end], parameters, told.get(start, no_events()))
    return out[:, 0]
