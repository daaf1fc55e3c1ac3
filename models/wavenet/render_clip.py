"""Sound from a model as a player would get it: clips to listen to, notes to measure. [control]"""

from pathlib import Path

import numpy as np
import soundfile

from rtaudiogen.generator import Generator

from ..playing.codes.rendered import BLOCK, play_note, play_texture
from .config import WaveNetConfig
from .descriptor import describe
from .generator import create

CLIP_KEYS = (48.0, 60.0, 72.0)
CLIP_SECONDS, CLIP_RELEASE_SECONDS, TEXTURE_SECONDS = 0.4, 0.2, 1.0


def load_generator(model: Path) -> tuple[Generator, WaveNetConfig]:
    """A prepared generator of a model file."""
    generator = create(describe(model), 0)
    generator.prepare(BLOCK)
    config: WaveNetConfig = generator.config  # type: ignore[attr-defined]
    return generator, config


def write_clip(model: Path, path: Path) -> None:
    """A WAV of all instruments of a model in turn."""
    generator, config = load_generator(model)
    parts = []
    for instrument in range(len(config.instruments)):
        if not config.pitched:
            parts.append(play_texture(generator, instrument, TEXTURE_SECONDS))
            continue
        for key in CLIP_KEYS:
            parts.append(
                play_note(generator, instrument, key, 0.8, CLIP_SECONDS, CLIP_RELEASE_SECONDS)
            )
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, np.concatenate(parts), config.sample_rate)
