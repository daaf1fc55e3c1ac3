"""`rtaudiogen evaluate MODEL FOLDER`: the numbers of a VQ-VAE, measured again.

How much of the codebooks is used; and, with the codec that ships, what comes back of the sounds
that training held out of the same folder, at every bit rate, beside other codecs.
"""

import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import zip_longest
from pathlib import Path
from typing import Any

import numpy as np
import soxr
from numpy.typing import NDArray

from rtaudiogen.generator import Codec

from ...measuring.audio_metrics import (
    has_pesq,
    lag,
    mel_distance,
    pesq_score,
    shifted,
    si_sdr_db,
    stft_distance,
    stoi_score,
)
from ...measuring.codecs import REFERENCE_CODECS, ReferenceCodec
from ..codec import VQVAECodec, create
from ..descriptor import describe
from ..learning.corpus import Sound, read
from .conversion import conversion
from .hearing import pitch_errors, whistles_db
from .usage import StageUsage, alarm, usage

Signal = NDArray[np.float32]
Codes = NDArray[np.uint16]
Metric = Callable[[Signal, Signal, int], float | None]
Row = dict[str, Any]

HELD_OUT_SECONDS = 120.0
COUNTED_SECONDS = 600.0  # of training sounds, for the use of the codebooks
PASSAGE_SECONDS, SHORTEST_SECONDS, PAUSE_SECONDS = 8.0, 1.0, 0.1
LATEST_SECONDS = 0.1  # that another codec may be
NARROW_RATE = 8000
SPEECH_RATES = (8000, 16000)  # that PESQ is defined for
QUALITY_NOTE = (
    "means over passages, each metric over those where it is defined; 'undefined' counts the "
    "values left out. Bits without any container. 'as 8 kHz' is the original in the band of "
    "Codec 2"
)
NO_PESQ = "not run (pip install 'rtaudiogen[pesq]', which takes a C compiler)"

METRICS: Mapping[str, Metric] = {
    "mel distance": mel_distance,
    "STFT distance": stft_distance,
    "SI-SDR dB": lambda made, real, _: si_sdr_db(made, real),
}
PITCH: Mapping[str, Metric] = {
    "pitch errors %": lambda made, real, rate: pitch_errors(made, real, rate).gross,
    "voicing errors %": lambda made, real, rate: pitch_errors(made, real, rate).voicing,
}
PESQ: Mapping[str, Metric] = {
    "PESQ-wb": lambda made, real, rate: pesq_score(made, real, rate, wide=True),
    "PESQ-nb": lambda made, real, rate: pesq_score(made, real, rate, wide=False),
}


def evaluate(model: Path, folder: Path, seconds: float = HELD_OUT_SECONDS) -> dict[str, Any]:
    """Return all measurements as JSON values. RtAudioGenError for unusable input.

    `seconds` of held-out sound, spread over the labels.
    """
    descriptor = describe(model)
    codec = create(descriptor)
    rate = codec.sample_rate
    corpus = read(folder, rate, lambda line: None)
    sounds = passages(corpus.held_out, seconds, rate)
    learnt = passages(corpus.training, COUNTED_SECONDS, rate)
    coded, speeds = timed(codec, sounds)
    speech = rate in SPEECH_RATES and bool(descriptor.facts.get("speech", True))
    metrics = metrics_for(speech, rate / codec.hop)
    return {
        "model": descriptor.id,
        "held_out_seconds": round(sum(map(len, sounds)) / rate, 1),
        "bits_per_second": round(bits_per_second(codec, codec.stages), 1),
        **predicted(codec, coded),
        "latency_ms": round(1000 * (codec.hop + codec.look_ahead) / rate, 1),
        **codebooks(codec, coded, [encode(codec, signal) for signal in learnt]),
        **speeds,
        "quality": [
            *own_rows(codec, sounds, coded, metrics),
            *rival_rows(sounds, rate, metrics, speech),
        ],
        "conversion": conversion(codec, corpus),
        **({} if has_pesq() or not speech else {"PESQ": NO_PESQ}),
        "quality_note": QUALITY_NOTE,
    }


def timed(codec: Codec, sounds: list[Signal]) -> tuple[list[Codes], dict[str, float]]:
    """Return all codes, and seconds of sound per second of one core, both ways."""
    frames = sum(map(len, sounds))
    started = time.process_time()
    coded = [encode(codec, signal) for signal in sounds]
    encoded = time.process_time()
    for codes in coded:
        decode(codec, codes)
    took = {"encoder": encoded - started, "decoder": time.process_time() - encoded}
    factors = {
        f"{part}_real_time_factor": round(frames / codec.sample_rate / seconds, 1)
        for part, seconds in took.items()
    }
    return coded, factors


def metrics_for(speech: bool, code_rate: float) -> Mapping[str, Metric]:
    """Return metrics by name; whistles are lines at multiples of the model's code rate."""

    def whistles(made: Signal, real: Signal, rate: int) -> float | None:
        return whistles_db(made, rate, code_rate)

    if not speech:
        return {**METRICS, "whistles dB": whistles}
    return {
        **(PESQ if has_pesq() else {}), "STOI": stoi_score, **METRICS, **PITCH,
        "whistles dB": whistles,
    }  # fmt: skip


def passages(sounds: Sequence[Sound], seconds: float, sample_rate: int) -> list[Signal]:
    """Return passages of one label after another, up to 8 s each, `seconds` in all.

    The order of the labels is drawn, once and for all.
    """
    by_label: dict[str, list[Sound]] = {}
    for sound in sounds:
        by_label.setdefault(sound.label, []).append(sound)
    labels = np.random.default_rng(0).permutation(sorted(by_label))
    queues = [_passages_of(by_label[str(label)], sample_rate) for label in labels]
    chosen: list[Signal] = []
    left = round(seconds * sample_rate)
    for passage in (p for turn in zip_longest(*queues) for p in turn if p is not None):
        if chosen and left < SHORTEST_SECONDS * sample_rate:
            break
        chosen.append(passage[:left])
        left -= len(chosen[-1])
    return chosen


def _passages_of(sounds: Sequence[Sound], sample_rate: int) -> Iterator[Signal]:
    """Yield the sounds joined with short pauses and cut; a short rest only for want of more."""
    pause = np.zeros(round(PAUSE_SECONDS * sample_rate), np.float32)
    joined = np.concatenate([part for sound in sounds for part in (sound.signal, pause)])
    longest = round(PASSAGE_SECONDS * sample_rate)
    for start in range(0, len(joined), longest):
        if start == 0 or len(joined) - start >= SHORTEST_SECONDS * sample_rate:
            yield joined[start : start + longest]


def encode(codec: Codec, signal: Signal) -> Codes:
    """Encode (frames,) to all codes, with the last code frame padded."""
    codec.reset()
    return codec.encode(np.pad(signal, (0, -len(signal) % codec.hop + codec.look_ahead)))


def decode(codec: Codec, codes: Codes) -> Signal:
    """Decode (code frames, stages used) to sound."""
    codec.reset()
    return codec.decode(codes)


def bits_per_second(codec: VQVAECodec, stages: int) -> float:
    """Return the rate of the codes of `stages` stages."""
    bits = sum((size - 1).bit_length() for size in codec.books[:stages])
    return codec.sample_rate / codec.hop * bits


def predicted(codec: VQVAECodec, coded: list[Codes]) -> dict[str, float]:
    """Return the rate of predicted codes, and how much of the plain rate that saves."""
    predictor = codec.predictor(codec.stages)
    if predictor is None:
        return {}
    bits = sum(predictor.bits(codes) for codes in coded)
    rate = bits * codec.sample_rate / codec.hop / sum(map(len, coded))
    saved = 100 * (1 - rate / bits_per_second(codec, codec.stages))
    return {"predicted_bits_per_second": round(rate, 1), "predicted_saves_%": round(saved, 1)}


def codebooks(codec: VQVAECodec, held_out: list[Codes], learnt: list[Codes]) -> dict[str, Any]:
    """Use of every stage's book, in training and in held-out sounds, and the alarm if it is low."""
    trained, unseen = np.concatenate(learnt), np.concatenate(held_out)
    columns = {"in training": usage(trained, codec.books), "held out": usage(unseen, codec.books)}
    rows = [
        {"stage": stage + 1, "codes": codec.books[stage]}
        | {
            f"{name} {where}": value
            for where, usages in columns.items()
            for name, value in _facts(usages[stage]).items()
        }
        for stage in range(codec.stages)
    ]
    return {
        "codebooks": rows,
        "code_frames_counted": {"in training": len(trained), "held out": len(unseen)},
        "alarm": alarm(columns["in training"], len(trained)),
    }


def _facts(usage: StageUsage) -> dict[str, float]:
    return {"used": usage.used, "dead": usage.dead, "perplexity": round(usage.perplexity, 1)}


def own_rows(
    codec: VQVAECodec, sounds: list[Signal], coded: list[Codes], metrics: Mapping[str, Metric]
) -> Iterator[Row]:
    """Yield rows of the model with its first stage up to all of them. Nothing is delayed.

    A pitch alone is no sound: where the first stage is that, the second is always with it.
    """
    for stages in range(codec.least_stages, codec.stages + 1):
        made = [
            decode(codec, codes[:, :stages])[: len(signal)]
            for codes, signal in zip(coded, sounds, strict=True)
        ]
        name = f"this model, {stages} of {codec.stages} stages"
        bits = bits_per_second(codec, stages)
        yield {"codec": name, "bit/s": round(bits)} | scores(
            made, sounds, codec.sample_rate, metrics
        )


def rival_rows(
    sounds: list[Signal], sample_rate: int, metrics: Mapping[str, Metric], speech: bool
) -> Iterator[Row]:
    """Yield rows of other codecs on the same passages, aligned in time."""
    for rival in REFERENCE_CODECS:
        if speech or not rival.only_speech:
            yield rival_row(rival, sounds, sample_rate, metrics)
    if speech and sample_rate > NARROW_RATE:
        narrow = [
            soxr.resample(soxr.resample(signal, sample_rate, NARROW_RATE), NARROW_RATE, sample_rate)
            for signal in sounds
        ]
        made = [shifted(a, 0, len(b)) for a, b in zip(narrow, sounds, strict=True)]
        yield {"codec": "the original as 8 kHz", "bit/s": None} | scores(
            made, sounds, sample_rate, metrics
        )


def rival_row(
    rival: ReferenceCodec, sounds: list[Signal], sample_rate: int, metrics: Mapping[str, Metric]
) -> Row:
    """Return one codec's row; empty, with the reason, if it is not installed."""
    if rival.missing:
        nothing = dict.fromkeys([*metrics, "undefined"])
        return {"codec": f"{rival.name}: {rival.missing}", "bit/s": None} | nothing
    with tempfile.TemporaryDirectory() as folder:
        coded = [rival.code(signal, sample_rate, Path(folder)) for signal in sounds]
    late = lag([c.signal for c in coded], sounds, sample_rate, round(LATEST_SECONDS * sample_rate))
    made = [shifted(c.signal, late, len(b)) for c, b in zip(coded, sounds, strict=True)]
    bits = np.average([c.bits_per_second for c in coded], weights=[len(b) for b in sounds])
    return {"codec": rival.name, "bit/s": round(bits)} | scores(made, sounds, sample_rate, metrics)


def scores(
    made: list[Signal], real: list[Signal], sample_rate: int, metrics: Mapping[str, Metric]
) -> Row:
    """Return the mean of each metric where it is defined, and how often it was undefined."""
    row: Row = {}
    undefined = 0
    for name, metric in metrics.items():
        values = [metric(a, b, sample_rate) for a, b in zip(made, real, strict=True)]
        defined = [value for value in values if value is not None]
        undefined += len(values) - len(defined)
        row[name] = round(float(np.mean(defined)), 3) if defined else None
    return row | {"undefined": undefined}
