"""How long a device takes for what a model has to do at a time: measured once, remembered.

A GPU is started and waited for at every quantum, which takes it tens of microseconds; with one
voice and 128 frames at a time the CPU has often finished before.
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
CALLS, LEAST_CALLS, SECONDS = 400, 50, 1.0  # whichever of the calls and the seconds is over first
LOWEST_KEY, KEYS, VELOCITY = 36, 92, 100
NOTE_ON = 0x90
KIND, VERSION = "render times", 1

Call = Callable[[], object]


@dataclass(frozen=True)
class RenderTime:
    """Of a quantum, 128 frames at 48 kHz with all voices sounding; of a hit that is made ahead."""

    p50_ms: float
    p99_ms: float


def measure(model: Descriptor, device: str) -> RenderTime:
    """About a second of work on a generator of its own. [control]

    RtAudioGenError if the device cannot have it.
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
    """What the render thread calls for every quantum, or the hits' worker for every hit."""
    from ..realtime.hits.pads import makes_hits  # brings the compiler along
    from ..realtime.render.slot_generator import QUANTUM, Source

    source = Source(registry.create(model, HOST_RATE), HOST_RATE, device=device)
    numbers = count()
    if makes_hits(source):
        maker, values = cast(HitMaker, source.generator), source.parameters.values

        def make() -> None:
            index, pad = divmod(next(numbers), maker.pads)
            maker.make(maker.recipe(pad, index, 0, values))

        return make
    silence = np.zeros((QUANTUM, 1), np.float32)
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
    """What is remembered of this very model on these devices, which are here. [control]"""
    remembered, stamp = _read(), _stamp(model)
    found = {}
    for device in devices:
        with suppress(KeyError, TypeError, ValueError, AttributeError):  # damaged: measured again
            entry = remembered[_hardware(device)][_name(model)]
            if entry["file"] == stamp:
                times = number(entry["p50_ms"], 0.0), number(entry["p99_ms"], 0.0)
                found[device] = RenderTime(*times)
    return found


def remember(model: Descriptor, times: Mapping[str, RenderTime]) -> None:
    """Keep what was measured, beside what is known of other models and machines. [control]"""
    remembered = _read()
    for device, measured in times.items():
        models = remembered.setdefault(_hardware(device), {})
        models[_name(model)] = {"file": _stamp(model), **asdict(measured)}
    with suppress(RtAudioGenError):  # without a cache that can be written, it is measured each time
        write_document(_file(), KIND, VERSION, {"times": remembered})


def _read() -> dict[str, dict[str, Any]]:
    """Entries by hardware and model; empty if there are none, or they are damaged."""
    with suppress(RtAudioGenError, KeyError):
        times = read_document(_file(), KIND, VERSION)["times"]
        if isinstance(times, dict):
            return {name: models for name, models in times.items() if isinstance(models, dict)}
    return {}


def _hardware(device: str) -> str:
    """The processors that decide: a GPU's calls are prepared by the CPU."""
    computer = f"{machine()}, {cores()} cores"
    return computer if device == CPU else f"{processors.title(device)}, {computer}"


def _name(model: Descriptor) -> str:
    """With the voices: the CPU is the faster one for few of them, a GPU for many."""
    return f"{model.id} × {model.voices}"


def _stamp(model: Descriptor) -> list[int]:
    """Size and time of its file: what is trained anew is measured again."""
    try:
        facts = model.path.stat() if model.path else None
    except OSError:
        facts = None
    return [facts.st_size, facts.st_mtime_ns] if facts else []


def _file() -> Path:
    return folders.cache() / "render-times.json"
