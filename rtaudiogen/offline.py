"""Rendering to an array or a file: the live renderer without a clock. Everything is [control].

The same models, settings, events and seed give the same bits, whatever the block size.
"""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import nullcontext
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
from rtaudiogen.realtime.render.mixing import amplitude
from rtaudiogen.realtime.render.renderer import Renderer
from rtaudiogen.recorder.formats import clipping, sample_format, write_sound
from rtaudiogen.saving import session_slots
from rtaudiogen.saving.sessions import Session, checked_master
from rtaudiogen.sound_files import InputFile, give_sound
from rtaudiogen.storage.files import check_target

BLOCK_FRAMES = 1024
MAX_SECONDS = 24 * 3600.0


def render(
    models: Sequence[Descriptor],
    seconds: float,
    sample_rate: int = 48000,
    seed: int = 0,
    block_frames: int = BLOCK_FRAMES,
    midi_file: Path | None = None,
    settings: Mapping[str, float] | None = None,
    events: NDArray[np.void] | None = None,
    input_file: Path | None = None,
    sound: Path | None = None,
    notices: list[str] | None = None,
    seeds: Mapping[str, int] | None = None,
    session: Session | None = None,
    master_gain_db: float | None = None,
    device: str = CPU,
    align: bool = False,
) -> Audio:
    """Return (frames, 2) float32 of all models together, each in a slot of its own.

    `settings` by parameter id for every model that has it, or by "model:id" for one. `events` are
    MIDI_EVENTs at absolute frames, added to those of the file. Effects hear `input_file`, silence
    after its end; models that take a sound play from `sound`. Sentences about files are appended to
    `notices`. A slot's seed follows from `seed`, unless `seeds` has one by its model's id.
    A session's slots are played beside the models, as it describes them, but program changes are
    not obeyed. Everything is brought to `master_gain_db`, or else to the session's own. `device` is
    what computes, as in `EngineSettings`; if it is lost, rendering fails. With `align` the result
    begins as much later as effects answer their input late, and notes are played so much later.
    Raises UsageError for values that cannot be meant and RtAudioGenError for a damaged file or a
    generator that failed.
    """
    blocks = _blocks(
        models, seconds, sample_rate, seed, block_frames, midi_file, settings or {}, events,
        input_file, sound, [] if notices is None else notices, seeds or {},
        session or Session(), master_gain_db, device, align,
    )  # fmt: skip
    return np.concatenate([block.copy() for block in blocks])


def render_to_file(
    path: Path,
    models: Sequence[Descriptor],
    seconds: float,
    sample_rate: int = 48000,
    seed: int = 0,
    block_frames: int = BLOCK_FRAMES,
    midi_file: Path | None = None,
    settings: Mapping[str, float] | None = None,
    events: NDArray[np.void] | None = None,
    input_file: Path | None = None,
    sound: Path | None = None,
    notices: list[str] | None = None,
    seeds: Mapping[str, int] | None = None,
    session: Session | None = None,
    master_gain_db: float | None = None,
    device: str = CPU,
    align: bool = False,
    bits: int = 0,
    overwrite: bool = True,
) -> int:
    """Render into a WAV or FLAC that appears when it is whole; return its number of frames.

    `bits` of a value are those of `recorder.formats`; 0: 32 (float) in a WAV, 24 in a FLAC.
    """
    sample_format(path, bits)
    notices = [] if notices is None else notices
    check_target(path, overwrite, [given for given in (midi_file, input_file, sound) if given])
    blocks = _blocks(
        models, seconds, sample_rate, seed, block_frames, midi_file, settings or {}, events,
        input_file, sound, notices, seeds or {},
        session or Session(), master_gain_db, device, align,
    )  # fmt: skip
    clipped = write_sound(path, blocks, sample_rate, 2, bits, overwrite)
    notices.extend(filter(None, [clipping(path, clipped)]))
    return _frames(seconds, sample_rate)


def _blocks(
    models: Sequence[Descriptor],
    seconds: float,
    sample_rate: int,
    seed: int,
    block_frames: int,
    midi_file: Path | None,
    settings: Mapping[str, float],
    events: NDArray[np.void] | None,
    input_file: Path | None,
    sound: Path | None,
    notices: list[str],
    seeds: Mapping[str, int],
    session: Session,
    master_gain_db: float | None,
    device: str,
    align: bool,
) -> Iterator[Audio]:
    """Check everything now, render when asked for. Each block is overwritten by the next."""
    frames = _frames(seconds, sample_rate)
    if block_frames < 1:
        raise UsageError(f"block of {block_frames} frames: expected 1 or more")
    played = [*models, *(registry.find(slot.model) for slot in session.slots)]
    if not played:
        raise UsageError("no model to render")
    gain_db = session.master_gain_db if master_gain_db is None else checked_master(master_gain_db)
    values = [_values_of(model, settings) for model in models]
    _refuse_unknown(models, settings)
    if input_file is not None and not any(Plays.EFFECT in model.plays for model in played):
        raise UsageError(f"no effect among {_names(played)}: nothing would hear {input_file}")
    if sound is not None and not any(model.takes_sound for model in models):
        raise UsageError(f"{_names(models)}: no model that plays from a sound")
    heard = InputFile(input_file, sample_rate) if input_file is not None else None
    renderer = Renderer(sample_rate, seed, DeviceChoice(device, notices.append))
    for model, chosen in zip(models, values, strict=True):
        generator = _create(model, sample_rate, sound, notices)
        renderer.add(generator, chosen, seed=seeds.get(model.id))
    notices.extend(session.remarks())
    for state in session.slots:
        session_slots.add(renderer, state, notices)
    skip = 0
    if heard is not None:
        renderer.listen(heard.read)
        skip = _late_frames(renderer, align, notices)
    if midi_file is not None:
        score = read_score(midi_file, played, notices)
        renderer.midi_events(to_events(score, sample_rate, skip))
    if events is not None:
        renderer.midi_events(_later(events, skip))
    master = Master(sample_rate, amplitude(gain_db))
    return _pull(renderer, master, frames, skip, block_frames, heard, notices)


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
    """Return how many frames are left out to align what effects answer; a sentence for each."""
    delays = renderer.input_delays()
    skip = min(delays.values(), default=0) if align else 0
    for id, frames in delays.items():
        late = f"{id}: the answer to the input is {_span(frames, renderer.sample_rate)} late"
        if skip and frames == skip:
            notices.append(f"{late}; the output is aligned with the input")
        elif skip:
            rest = _span(frames - skip, renderer.sample_rate)
            notices.append(f"{late}; {rest} of it are left, as another effect is faster")
        elif frames:
            notices.append(f"{late}; the output is as late")
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
    frames: int,
    skip: int,
    block_frames: int,
    heard: InputFile | None,
    notices: list[str],
) -> Iterator[Audio]:
    """Yield `frames` after the first `skip`."""
    end = skip + frames
    block = np.zeros((min(block_frames, end), 2), np.float32)
    with heard or nullcontext():
        for start in range(0, end, block_frames):
            part = block[: min(block_frames, end - start)]
            renderer.render(part)
            for message in renderer.messages():
                if message.kind in ("failed", "lost", "moved"):  # on the CPU: other bits
                    raise RtAudioGenError(f"slot {message.slot} failed: {message.text}")
            master.process(part)
            if start + len(part) > skip:
                yield part[max(0, skip - start) :]
    if heard is not None:
        notices.extend(heard.notices)


def _frames(seconds: float, sample_rate: int) -> int:
    if not (math.isfinite(seconds) and 0 < seconds <= MAX_SECONDS):
        raise UsageError(f"{seconds:g} seconds: expected more than 0, at most {MAX_SECONDS:g}")
    if not 4000 <= sample_rate <= 384_000:
        raise UsageError(f"sample rate {sample_rate} Hz: expected 4000 … 384000 Hz")
    return max(1, round(seconds * sample_rate))


def _values_of(model: Descriptor, settings: Mapping[str, float]) -> dict[str, float]:
    """Return the settings that are meant for a model; those by its name win."""
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
