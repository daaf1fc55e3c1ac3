"""Time that a device takes to render a model's quantum or hit: measured once, then remembered.

A GPU is started and waited for at every quantum, which takes tens of microseconds; with one voice
at 128 frames the CPU is often faster.
"""

import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from itertools import count
from pathlib import Path
from typing import Any, cast

import numpy as np

from .. import processors, registry
from ..benchmark import machine
from ..errors import RtAudioGenError
from ..generator import Descriptor, HitMaker
from ..processors import CPU
from ..realtime.render.worker_pool import cores
from ..saving.documents import number, read_document, write_document
from ..storage import folders

HOST_RATE = 48000  # Hz
WARM_UPS = 20
CALLS, LEAST_CALLS, SECONDS = 400, 50, 1.0  # stop at the first limit
LOWEST_KEY, KEYS, VELOCITY = 36, 92, 100
NOTE_ON = 0x90
KIND, VERSION = "render times", 1

Call = Callable[[], object]


@dataclass(frozen=True)
class RenderTime:
    """Time of a quantum (128 frames at 48 kHz, all voices sounding), or of a hit that is made
    ahead.
    """

    p50_ms: float
    p99_ms: float


def measure(model: Descriptor, device: str) -> RenderTime:
    """Measure a model on a device with a generator of its own; takes about a second. [control]

    RtAudioGenError if the device cannot compute it.
    """
    call = _work(model, device)
    for _ in range(WARM_UPS):
        call()
    milliseconds: list[float] = []
    begun = time.perf_counter()
    while len(milliseconds) < CALLS:
        start = time.perf_counter()
        call()
        end = time.perf_counter()
        milliseconds.append(1000 * (end - start))
        if end - begun > SECONDS and len(milliseconds) >= LEAST_CALLS:
            break
    p50, p99 = np.percentile(milliseconds, [50, 99]).tolist()
    return RenderTime(p50, p99)


def _work(model: Descriptor, device: str) -> Call:
    """Return the call of the render thread for every quantum, or of the hits' worker for
    every hit.
    """
    from ..realtime.hits.pads import makes_hits  # brings the compiler along
    from ..realtime.render.slot_generator import QUANTUM, SlotGenerator
    from ..realtime.signal.inlet import Inlet

    source = SlotGenerator(registry.create(model, HOST_RATE), HOST_RATE, device=device)
    numbers = count()
    if makes_hits(source):
        maker, values = cast(HitMaker, source.generator), source.parameters.values

        def make() -> None:
            index, pad = divmod(next(numbers), maker.pads)
            maker.make(maker.recipe(pad, index, 0, values))

        return make
    silence = Inlet(QUANTUM).take(np.zeros((QUANTUM, 1), np.float32), hears_live=True)
    source.enter(0)
    for voice in range(model.voices):
        channel, key = divmod(voice, KEYS)
        source.keyboard.midi(0, NOTE_ON | channel, LOWEST_KEY + key, VELOCITY)

    def render() -> None:
        source.render(next(numbers) * QUANTUM, silence)
        if source.failed:
            raise RtAudioGenError(source.failed)

    return render


def known(model: Descriptor, devices: Iterable[str]) -> dict[str, RenderTime]:
    """Return the remembered times of this model on these devices of this machine. [control]"""
    remembered, stamp = _read(), _stamp(model)
    found = {}
    for device in devices:
        with suppress(KeyError, TypeError, ValueError, AttributeError):  # damaged: measure again
            entry = remembered[_hardware(device)][_name(model)]
            if entry["file"] == stamp:
                times = number(entry["p50_ms"], 0.0), number(entry["p99_ms"], 0.0)
                found[device] = RenderTime(*times)
    return found


def remember(model: Descriptor, times: Mapping[str, RenderTime]) -> None:
    """Save measured times, next to those of other models and machines. [control]"""
    remembered = _read()
    for device, measured in times.items():
        models = remembered.setdefault(_hardware(device), {})
        models[_name(model)] = {"file": _stamp(model), **asdict(measured)}
    with suppress(RtAudioGenError):  # an unwritable cache means measuring each time
        write_document(_file(), KIND, VERSION, {"times": remembered})


def _read() -> dict[str, dict[str, Any]]:
    """Return entries by hardware and model; empty if there are none, or the file is damaged."""
    with suppress(RtAudioGenError, KeyError):
        times = read_document(_file(), KIND, VERSION)["times"]
        if isinstance(times, dict):
            return {name: models for name, models in times.items() if isinstance(models, dict)}
    return {}


def _hardware(device: str) -> str:
    """Return the processors that matter: the CPU prepares a GPU's calls."""
    computer = f"{machine()}, {cores()} cores"
    return computer if device == CPU else f"{processors.title(device)}, {computer}"


def _name(model: Descriptor) -> str:
    """Return the model's name with its voices: the CPU is faster for few of them, a GPU for
    many.
    """
    return f"{model.id} × {model.voices}"


def _stamp(model: Descriptor) -> list[int]:
    """Return size and time of the model's file, so that a retrained model is measured again."""
    try:
        facts = model.path.stat() if model.path else None
    except OSError:
        facts = None
    return [facts.st_size, facts.st_mtime_ns] if facts else []


def _file() -> Path:
    return folders.cache() / "render-times.json"
