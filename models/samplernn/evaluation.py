"""`rtaudiogen evaluate MODEL FOLDER`: a SampleRNN beside the sounds that it has not learnt.

Bits per sample on what training held out of the same folder, and what is heard in play: level,
spectrum and waves of every texture against the recordings, and speed.
"""

from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional as F

from rtaudiogen.model_file import read_tensors

from ..measuring.played import judge_notes, rounded, texture_speed
from ..playing.codes.rendered import BLOCK, play_texture
from ..sounds.notes.corpus import Corpus, read_as_trained
from .batches import IGNORED, Streams
from .config import FRAME, SampleRNNConfig
from .descriptor import describe
from .generator import create
from .network import SampleRNN
from .packing import shapes

SECONDS = 1.4  # of a held-out sound, from its beginning
BANDS = 32  # of the long-term spectrum, equally wide


def evaluate(
    model: Path,
    folder: Path,
    seconds: float = 20.0,
    hold_seconds: float = 60.0,
    pitch_step: int = 4,
) -> dict[str, Any]:
    """Return all measurements as plain values. RtAudioGenError for unusable input.

    `seconds` of every texture are played to be measured; `hold_seconds` and `pitch_step` are those
    of `measuring.played.judge_notes`.
    """
    generator = create(describe(model), 0)
    generator.prepare(BLOCK)
    config: SampleRNNConfig = generator.config  # type: ignore[attr-defined]
    corpus = read_as_trained(
        folder, config.sample_rate, config.instruments, config.pitched, model,
        generator.descriptor.facts,
    )  # fmt: skip
    result: dict[str, Any] = {"model": generator.descriptor.id}
    result |= bits_per_sample(config, read_tensors(model), corpus)
    if config.pitched:
        return result | judge_notes(generator, config.instruments, corpus, pitch_step, hold_seconds)
    played: dict[str, Any] = {}
    for index, name in enumerate(config.instruments):
        recorded = [sound.signal for sound in corpus.training if sound.instrument == index]
        sound = play_texture(generator, index, seconds)
        played[name] = _compared(sound, np.concatenate(recorded), config.sample_rate)
    return result | {"played": played, "real_time_factor": texture_speed(generator)}


def bits_per_sample(
    config: SampleRNNConfig, tensors: dict[str, NDArray[Any]], corpus: Corpus
) -> dict[str, Any]:
    """Return bits over the held-out sounds, teacher-forced from silence."""
    network = SampleRNN(config)
    network.load_state_dict({name: torch.from_numpy(tensors[name]) for name in shapes(config)})
    frames = int(SECONDS * config.sample_rate) // FRAME * FRAME
    streams = Streams(config, corpus.held_out, 1, frames)
    bits, counts = np.zeros(len(config.instruments)), np.zeros(len(config.instruments))
    with torch.inference_mode():
        for sound in streams.sounds:
            batch = streams.whole(sound)
            embedding = network.instruments(torch.from_numpy(batch.instruments))
            logits, _ = network(
                torch.from_numpy(batch.codes), torch.from_numpy(batch.conditioning), embedding,
                network.silent(1),
            )  # fmt: skip
            targets = torch.from_numpy(batch.targets)
            loss = F.cross_entropy(logits[0], targets[0], ignore_index=IGNORED, reduction="sum")
            bits[sound.instrument] += float(loss) / np.log(2)
            counts[sound.instrument] += int((targets != IGNORED).sum())
    return {
        "held_out_sounds": len(corpus.held_out),
        "bits_per_sample": rounded(bits.sum() / max(counts.sum(), 1), 3),
        "bits_per_sample_of": {
            name: rounded(bits[i] / counts[i])
            for i, name in enumerate(config.instruments)
            if counts[i]
        },
    }


def _compared(
    sound: NDArray[np.float32], recorded: NDArray[np.float32], sample_rate: int
) -> dict[str, float]:
    """Return level and spectrum against a recording, and how much both go up and down."""
    ours, theirs = _levels_db(sound, sample_rate), _levels_db(recorded, sample_rate)
    spectra = [_spectrum_db(signal) for signal in (sound, recorded)]
    return {
        "level_error_db": rounded(_level_db(sound) - _level_db(recorded), 1),
        "spectrum_error_db": rounded(float(np.sqrt(np.mean((spectra[0] - spectra[1]) ** 2))), 1),
        "waves_db": rounded(float(np.std(ours)), 1),
        "recorded_waves_db": rounded(float(np.std(theirs)), 1),
    }


def _levels_db(signal: NDArray[np.float32], sample_rate: int) -> NDArray[np.float64]:
    """Return the levels of all whole seconds."""
    seconds = signal[: len(signal) // sample_rate * sample_rate].reshape(-1, sample_rate)
    return np.array([_level_db(second) for second in seconds])


def _level_db(signal: NDArray[np.float32]) -> float:
    return float(10 * np.log10(np.mean(np.square(signal, dtype=np.float64)) + 1e-12))


def _spectrum_db(signal: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return (BANDS,) mean powers in dB, without the loudness."""
    frames = np.lib.stride_tricks.sliding_window_view(signal, 1024)[::512] * np.hanning(1024)
    power = np.mean(np.abs(np.fft.rfft(frames)) ** 2, axis=0)[1:]
    bands = 10 * np.log10(power.reshape(BANDS, -1).mean(axis=1) + 1e-12)
    return np.asarray(bands - bands.mean())
