"""`rtaudiogen evaluate MODEL FOLDER`: the numbers of a WaveNet, measured anew.

Bits per sample on what training held out of the same folder; and, played through the plugin as a
musician would: pitch, level against the recorded notes, a long hold, speed.
"""

from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional as F

from rtaudiogen.model_file import read_tensors

from ..measuring.played import judge_notes, rounded, texture_speed
from ..sounds.notes.corpus import Corpus, read_as_trained
from .config import WaveNetConfig
from .dataset import IGNORED, Segments
from .network import WaveNet
from .render_clip import load_generator


def evaluate(
    model: Path, folder: Path, hold_seconds: float = 60.0, pitch_step: int = 4
) -> dict[str, Any]:
    """All measurements as plain values, ready for JSON. RtAudioGenError for unusable input.

    `pitch_step` in semitones from E2 to C6; `hold_seconds` 0 leaves out the long hold.
    """
    generator, config = load_generator(model)
    tensors = read_tensors(model)
    descriptor, facts = generator.descriptor, generator.descriptor.facts
    corpus = read_as_trained(
        folder, config.sample_rate, config.instruments, config.pitched, model, facts
    )
    result: dict[str, Any] = {"model": descriptor.id, **bits_per_sample(config, tensors, corpus)}
    if not config.pitched:
        return result | {"real_time_factor": texture_speed(generator)}
    return result | judge_notes(generator, config.instruments, corpus, pitch_step, hold_seconds)


def bits_per_sample(
    config: WaveNetConfig, tensors: dict[str, NDArray[Any]], corpus: Corpus, seconds: float = 1.4
) -> dict[str, Any]:
    """Over whole held-out sounds (at most `seconds` of each), teacher-forced from their onset."""
    network = WaveNet(config)
    weights = {name: torch.from_numpy(tensors[name]) for name in network.state_dict()}
    network.load_state_dict(weights)
    frames = int(seconds * config.sample_rate)
    segments = Segments(config, corpus.held_out, frames)
    nats = np.zeros(len(config.instruments))
    counts = np.zeros(len(config.instruments))
    with torch.inference_mode():
        for sound in corpus.held_out:
            batch = segments.whole(sound)
            conditioning = batch.conditioning
            logits = network(
                torch.from_numpy(batch.codes),
                None if conditioning is None else torch.from_numpy(conditioning),
                network.instruments(torch.from_numpy(batch.instruments)),
            )
            targets = torch.from_numpy(batch.targets)
            loss = F.cross_entropy(logits[0], targets[0], ignore_index=IGNORED, reduction="sum")
            nats[sound.instrument] += float(loss)
            counts[sound.instrument] += int((targets != IGNORED).sum())
    bits = nats / np.log(2)
    names = config.instruments
    each = {name: rounded(bits[i] / counts[i]) for i, name in enumerate(names) if counts[i]}
    return {
        "held_out_sounds": len(corpus.held_out),
        "bits_per_sample": rounded(bits.sum() / max(counts.sum(), 1), 3),
        "bits_per_sample_of": each,
    }
