"""Digests of what the shipped models render, by kind of processor.

`python -m tests.models.same_bits` writes those of this machine into the table, and drops what other
processors once rendered of a model that has changed. Do it when a change is meant to be heard, and
say so in the commit; otherwise the digests must stay.
"""

import json
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import soundfile
from llvmlite import binding

from rtaudiogen.generator import Plays
from rtaudiogen.midi import TimedMessage, to_events
from rtaudiogen.offline import RenderRequest, render
from rtaudiogen.registry import find, listing

TABLE = Path(__file__).with_name("same_bits.json")
RATE, SECONDS = 48000, 1.0
SCORE = [
    TimedMessage(0.0, 0x90, 60, 100),
    TimedMessage(0.05, 0x90, 38, 70),
    TimedMessage(0.3, 0xE0, 0, 96),
    TimedMessage(0.6, 0x80, 60, 0),
]


def processor() -> str:
    """Return what the compiled code of this machine depends on: the processor and its features."""
    features = binding.get_host_cpu_features().flatten()
    return f"{binding.get_host_cpu_name()}-{sha256(features.encode()).hexdigest()[:8]}"


def shipped() -> list[str]:
    """Return the ids of the models that come with the program and have weights."""
    return [model.id for model in listing().models.values() if model.path is not None]


def digest(model: str) -> str:
    """Return the SHA-256 of a second of a model: two notes, a bend, a release; its stream; or what
    an effect makes of noise.
    """
    found = find(model)
    with TemporaryDirectory() as folder:
        request = RenderRequest([found], SECONDS, RATE, seed=1)
        if found.plays == {Plays.EFFECT}:
            request = replace(request, input_file=_noise(Path(folder) / "noise.wav"))
        elif found.plays != {Plays.STREAM}:
            request = replace(request, events=to_events(SCORE, RATE))
        return sha256(render(request).tobytes()).hexdigest()


def _noise(path: Path) -> Path:
    noise = 0.2 * np.random.default_rng(1).uniform(-1, 1, round(SECONDS * RATE))
    soundfile.write(path, noise, RATE, "PCM_16")
    return path


def table() -> dict[str, dict[str, str]]:
    """Return the digests by processor and model."""
    known: dict[str, dict[str, str]] = json.loads(TABLE.read_text("utf-8"))
    return known


def renewed(known: dict[str, dict[str, str]], digests: dict[str, str]) -> dict[str, dict[str, str]]:
    """Return the table with this processor's digests, without others' of models that changed."""
    before = known.get(processor(), {})
    changed = {model for model in before if before[model] != digests.get(model)}
    others = {
        name: {model: value for model, value in own.items() if model not in changed}
        for name, own in known.items()
    }
    return others | {processor(): digests}


if __name__ == "__main__":
    digests = {model: digest(model) for model in shipped()}
    known = renewed(table() if TABLE.exists() else {}, digests)
    TABLE.write_text(json.dumps(known, indent=1) + "\n", "utf-8")
