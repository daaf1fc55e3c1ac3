"""Rendering to an array or a file: the live renderer without a clock. Everything is [control].

The same models, settings, events and seed give the same bits, whatever the block size.
"""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rtaudiogen import registry
from rtaudiogen.engine.device_choice import DeviceChoice
from rtaudiogen.errors import RtAudioGenError, UsageError
from rtaudiogen.generator import Audio, Descriptor, Generator, Plays
from rtaudiogen.midi import read_score, to_events
from rtaudiogen.processors import CPU
from rtaudiogen.realtime.callback.output import Master
from rtaudiogen.realtime.render.renderer import Renderer
from rtaudiogen.realtime.signal.mixing import amplitude
from rtaudiogen.recorder.formats import clipping, sample_format, write_sound
from rtaudiogen.saving import session_slots
from rtaudiogen.saving.sessions import Session, checked_master
from rtaudiogen.sound_files import InputFile, give_sound
from rtaudiogen.storage.files import check_target

BLOCK_FRAMES = 1024
MAX_SECONDS = 24 * 3600.0


@dataclass(frozen=True)
class RenderRequest:
    """The models, notes, inputs and settings of a rendering. [any]

    Each of `models` gets a slot of its own. `settings` go by parameter id to every model that has
    it, or by "model:id" to one. The notes are those of `midi_file` and `events`, MIDI_EVENTs at
    absolute frames. Effects hear `input_file`, and silence after its end. The first model that
    takes a sound plays from `sound`. A slot's seed follows from `seed`, unless `seeds` has one by
    its model's id.

    The slots of `session` are played along with the models, as it describes them, except that
    program changes have no effect. The level is `master_gain_db`, or else the session's own.
    `device` is the processor, as in `EngineSettings`; rendering fails if it is lost. With `align`
    the result begins as much later as effects answer their input late, and notes are delayed
    likewise. With `chain` each of `models` leads to the next one, and only the first hears the
    input.
    """

    models: Sequence[Descriptor]
    seconds: float
    sample_rate: int = 48000
    seed: int = 0
    block_frames: int = BLOCK_FRAMES
    midi_file: Path | None = None
    settings: Mapping[str, float] = field(default_factory=dict)
    events: NDArray[np.void] | None = None
    input_file: Path | None = None
    sound: Path | None = None
    seeds: Mapping[str, int] = field(default_factory=dict)
    session: Session = field(default_factory=Session)
    master_gain_db: float | None = None
    device: str = CPU
    align: bool = False
    chain: bool = False

    def __post_init__(self) -> None:
        """Raise UsageError for values that make no sense."""
        if not (math.isfinite(self.seconds) and 0 < self.seconds <= MAX_SECONDS):
            limit = f"expected more than 0, at most {MAX_SECONDS:g}"
            raise UsageError(f"{self.seconds:g} seconds: {limit}")
        if not 4000 <= self.sample_rate <= 384_000:
            raise UsageError(f"sample rate {self.sample_rate} Hz: expected 4000 … 384000 Hz")
        if self.block_frames < 1:
            raise UsageError(f"block of {self.block_frames} frames: expected 1 or more")

    @property
    def frames(self) -> int:
        """Length of the result."""
        return max(1, round(self.seconds * self.sample_rate))

    @property
    def played(self) -> list[Descriptor]:
        """All models that sound: those given and the session's."""
        return [*self.models, *(registry.find(slot.model) for slot in self.session.slots)]


def render(request: RenderRequest, notices: list[str] | None = None) -> Audio:
    """Return (frames, 2) float32 of all models together.

    Sentences about files are appended to `notices`. UsageError for values that make no sense,
    RtAudioGenError for a damaged file or a generator that failed.
    """
    blocks = _blocks(request, [] if notices is None else notices)
    return np.concatenate([block.copy() for block in blocks])


def render_to_file(
    path: Path,
    request: RenderRequest,
    bits: int = 0,
    overwrite: bool = True,
    notices: list[str] | None = None,
) -> int:
    """Render into a WAV or FLAC that appears when it is whole; return its number of frames.

    `bits` of a value are those of `recorder.formats`; 0: 32 (float) in a WAV, 24 in a FLAC.
    """
    sample_format(path, bits)
    notices = [] if notices is None else notices
    read = [request.midi_file, request.input_file, request.sound]
    check_target(path, overwrite, [given for given in read if given])
    blocks = _blocks(request, notices)
    clipped = write_sound(path, blocks, request.sample_rate, 2, bits, overwrite)
    notices.extend(filter(None, [clipping(path, clipped)]))
    return request.frames


def _blocks(request: RenderRequest, notices: list[str]) -> Iterator[Audio]:
    """Check everything now, render when iterated. Each block is overwritten by the next."""
    _check(request)
    factor = amplitude(_gain_db(request))
    master = Master(request.sample_rate, factor)
    heard = InputFile(request.input_file, request.sample_rate) if request.input_file else None
    renderer = _filled(request, notices)
    renderer.amplified = factor
    skip = 0
    if heard is not None:
        renderer.listen(heard.read)
        skip = _late_frames(renderer, request.align, notices)
    _schedule(renderer, request, skip, notices)
    return _pull(renderer, master, request, skip, heard, notices)


def _check(request: RenderRequest) -> None:
    """Raise UsageError for a request that cannot be meant."""
    played = request.played
    if not played:
        raise UsageError("no model to render")
    _refuse_unknown(request.models, request.settings)
    heard, sound = request.input_file, request.sound
    if heard is not None and not any(Plays.EFFECT in model.plays for model in played):
        raise UsageError(f"{_names(played)}: not an effect, so nothing would hear {heard}")
    if sound is not None and not any(model.takes_sound for model in request.models):
        raise UsageError(f"{_names(request.models)}: cannot play from a sound")


def _gain_db(request: RenderRequest) -> float:
    if request.master_gain_db is None:
        return request.session.master_gain_db
    return checked_master(request.master_gain_db)


def _filled(request: RenderRequest, notices: list[str]) -> Renderer:
    """Return a renderer with a slot for every model."""
    choice = DeviceChoice(request.device, notices.append)
    renderer = Renderer(request.sample_rate, request.seed, choice)
    chain: list[int] = []
    taker = next((model for model in request.models if model.takes_sound), None)
    for model in request.models:
        sound = request.sound if model is taker else None
        generator = _create(model, request.sample_rate, sound, notices)
        values = _values_of(model, request.settings)
        mix = {"hears_input": not (request.chain and chain)}
        chain.append(renderer.add(generator, values, mix, seed=request.seeds.get(model.id)))
    if request.chain:
        for number, following in pairwise(chain):
            renderer.connect(number, following)
    notices.extend(request.session.remarks())
    states = request.session.slots
    numbers = {
        position: session_slots.add(renderer, state, notices)
        for position, state in enumerate(states, 1)
    }
    session_slots.connect(renderer, states, numbers, notices)
    return renderer


def _schedule(renderer: Renderer, request: RenderRequest, skip: int, notices: list[str]) -> None:
    """Give all notes to the renderer, `skip` frames later than they are written."""
    if request.midi_file is not None:
        score = read_score(request.midi_file, request.played, notices)
        renderer.midi_events(to_events(score, request.sample_rate, skip))
    if request.events is not None:
        renderer.midi_events(_later(request.events, skip))


def _create(
    model: Descriptor, sample_rate: int, sound: Path | None, notices: list[str]
) -> Generator:
    generator = registry.create(model, sample_rate)
    if sound is not None and model.takes_sound:
        notices.extend(
            note for note in [give_sound(generator, sound)] if note not in ["", *notices]
        )
    return generator


def _late_frames(renderer: Renderer, align: bool, notices: list[str]) -> int:
    """Return the frames to skip so that the answers of effects are aligned; report each delay."""
    delays = renderer.input_delays()
    skip = min(delays.values(), default=0) if align else 0
    for id, frames in delays.items():
        late = f"{id}: the answer to the input is {_span(frames, renderer.sample_rate)} late"
        if skip and frames == skip:
            notices.append(f"{late}; the output is aligned with the input")
        elif skip:
            rest = _span(frames - skip, renderer.sample_rate)
            notices.append(f"{late}; {rest} of it remain, because another effect is faster")
        elif frames:
            notices.append(f"{late}, and so is the output")
    return skip


def _span(frames: int, sample_rate: int) -> str:
    return f"{frames} frames ({1000 * frames / sample_rate:.1f} ms)"


def _later(events: NDArray[np.void], frames: int) -> NDArray[np.void]:
    later = events.copy()
    later["frame"] += frames
    return later


def _names(models: Iterable[Descriptor]) -> str:
    return ", ".join(model.id for model in models)


def _pull(
    renderer: Renderer,
    master: Master,
    request: RenderRequest,
    skip: int,
    heard: InputFile | None,
    notices: list[str],
) -> Iterator[Audio]:
    """Yield the requested frames after the first `skip`, and those that the renderer is late."""
    skip += renderer.delay_frames
    end = skip + request.frames
    block = np.zeros((min(request.block_frames, end), 2), np.float32)
    with heard or nullcontext():
        for start in range(0, end, request.block_frames):
            part = block[: min(request.block_frames, end - start)]
            renderer.render(part)
            for message in renderer.messages():
                if message.kind in ("failed", "lost", "moved"):  # never change the processor
                    raise RtAudioGenError(f"slot {message.slot} failed: {message.text}")
            master.process(part)
            if start + len(part) > skip:
                yield part[max(0, skip - start) :]
    if heard is not None:
        notices.extend(heard.notices)


def _values_of(model: Descriptor, settings: Mapping[str, float]) -> dict[str, float]:
    """Return the settings for a model; those with its name have precedence."""
    known = {parameter.id for parameter in model.parameters}
    values = {key: value for key, value in settings.items() if key in known}
    prefix = f"{model.id}:"
    named = {key: value for key, value in settings.items() if key.startswith(prefix)}
    return values | {key.removeprefix(prefix): value for key, value in named.items()}


def _refuse_unknown(models: Iterable[Descriptor], settings: Mapping[str, float]) -> None:
    known = {p.id for model in models for p in model.parameters}
    ids = {model.id for model in models}
    for key in settings:
        if key not in known and key.partition(":")[0] not in ids:
            raise UsageError(f"no parameter '{key}'{registry.near_misses(key, known)}")
