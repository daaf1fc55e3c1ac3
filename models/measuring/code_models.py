"""Numbers of a network that draws codes: bits on what it has not learnt, and what a player hears.

Everything is [control].
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as F

from rtaudiogen.generator import Generator
from rtaudiogen.model_file import read_tensors

from ..family import CodeModelConfig
from ..playing.codes.instruments import Instruments, biases
from ..sounds.notes.coded import IGNORED, Sound
from ..sounds.notes.corpus import read_as_trained
from .parallel import CODE_FRAMES, CodeScore
from .played import judge_notes, judge_textures, rounded, texture_speed

HELD_OUT_SECONDS = 1.4  # of a held-out sound, from its beginning

Tensors = dict[str, NDArray[Any]]


class Predicted(NamedTuple):
    """The prediction of a held-out sound by a network."""

    instrument: int
    logits: Tensor  # (T, codes)
    targets: Tensor  # (T,) codes, or IGNORED


Predict = Callable[[Any, Tensors, Sequence[Sound], int], Iterator[Predicted]]


def evaluated(
    model: Path,
    folder: Path,
    generator: Generator,
    predict: Predict,
    seconds: float,
    hold_seconds: float,
    pitch_step: int,
) -> dict[str, Any]:
    """Return all measurements as plain values. RtAudioGenError for unusable input.

    `generator` plays the `model`; `predict` gets its configuration, its tensors, the held-out
    sounds and how many frames of each to predict from silence. `seconds` of every texture are
    played to be measured; the rest as in `judge_notes`.
    """
    config: CodeModelConfig = generator.config  # type: ignore[attr-defined]  # every code model has one
    rate, names, descriptor = config.sample_rate, config.instruments, generator.descriptor
    corpus = read_as_trained(folder, rate, names, config.pitched, model, descriptor.facts)
    frames = int(HELD_OUT_SECONDS * rate)
    predicted = predict(config, read_tensors(model), corpus.held_out, frames)
    result = {"model": descriptor.id, **bits_per_sample(names, predicted, config.bands)}
    if config.pitched:
        return result | judge_notes(generator, names, corpus, pitch_step, hold_seconds)
    played = judge_textures(generator, names, corpus, seconds)
    return result | {"played": played, "real_time_factor": texture_speed(generator)}


@torch.inference_mode()
def bits_per_sample(
    names: Sequence[str], predicted: Iterable[Predicted], bands: int = 1
) -> dict[str, Any]:
    """Return bits of held-out sounds, over all and of each instrument."""
    bits, counts, sounds = np.zeros(len(names)), np.zeros(len(names)), 0
    for instrument, logits, targets in predicted:
        loss = F.cross_entropy(logits, targets, ignore_index=IGNORED, reduction="sum")
        bits[instrument] += float(loss) / np.log(2)
        counts[instrument] += int((targets != IGNORED).sum())
        sounds += 1
    return {
        "held_out_sounds": sounds // bands,
        "bits_per_sample": rounded(bits.sum() / max(counts.sum(), 1), 3),
        "bits_per_sample_of": {
            name: rounded(bits[i] / counts[i]) for i, name in enumerate(names) if counts[i]
        },
    }


@torch.inference_mode()
def code_score(network: Any, instruments: Instruments) -> CodeScore:
    """Return random codes and conditioning, and the network's logits for its first instrument.

    `network` has a configuration, embeddings of `instruments`, whose biases are given, and a
    method `teacher_forced` that returns logits of codes (1, T) or, of several bands, (1, T, N).
    """
    config: CodeModelConfig = network.config
    random = np.random.default_rng(0)
    codes = random.integers(0, config.codes, (1, CODE_FRAMES, config.bands), dtype=np.uint8)
    told = random.standard_normal((1, CODE_FRAMES, config.conditioning), dtype=np.float32)
    heard = torch.from_numpy(codes if config.bands > 1 else codes[..., 0]).long()
    conditioning = torch.from_numpy(told) if config.conditioning else None
    embedding = network.instruments.weight[:1]
    logits = network.teacher_forced(heard, conditioning, embedding).numpy()
    return CodeScore(codes, told, biases(instruments, embedding.numpy()), logits)


def with_tensors(network: nn.Module, tensors: Tensors) -> Any:
    """Return the network with those of a model's tensors that are its own."""
    own = {name: torch.from_numpy(np.asarray(tensors[name])) for name in network.state_dict()}
    network.load_state_dict(own)
    return network.eval()
