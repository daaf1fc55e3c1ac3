"""`rtaudiogen play`."""

from collections.abc import Mapping
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from ..errors import RtAudioGenError, UsageError
from ..generator import Descriptor
from ..registry import find
from ..sessions import Session, load_session, save_session
from .options import Block, Seed, Settings, assign, check_rate, check_seconds
from .output import Json


def play(
    models: Annotated[
        list[str] | None, typer.Argument(metavar="MODEL…", help="Ids or model files.")
    ] = None,
    output: Annotated[
        str | None,
        typer.Option(metavar="DEVICE", help="Name or index; 'null' keeps time by the clock."),
    ] = None,
    midi: Annotated[
        str | None, typer.Option(metavar="PORT", help="'all', 'none', an index or part of a name.")
    ] = None,
    midi_file: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Play this MIDI file, then end.")
    ] = None,
    rate: Annotated[
        int | None,
        typer.Option(metavar="HZ", callback=check_rate, help="Default: the device's own."),
    ] = None,
    block: Block = 0,
    latency_ms: Annotated[
        float | None,
        typer.Option(metavar="X", help="Audio kept ready against dropouts; default 20."),
    ] = None,
    seconds: Annotated[
        float | None, typer.Option(metavar="S", callback=check_seconds, help="Then end.")
    ] = None,
    record: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Record to this .wav or .flac file.")
    ] = None,
    session: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Open this session; with MODELs, save it at the end."),
    ] = None,
    set: Settings = None,
    seed: Seed = 0,
    json: Json = False,
) -> None:
    """Play live, until Ctrl-C.

    Without a MIDI port the built-in phrase is played once; without an audio device the clock keeps
    time.
    """
    from ..engine.remote import EngineProcess
    from ..engine.settings import EngineSettings
    from .performance import perform, read_score, stopped_by_signals
    from .status import print_report

    opened = _open_session(models or [], session)
    chosen = {name: find(name) for name in models} if models else _models_of(opened)
    values = dict(zip(chosen, assign(list(chosen.values()), set or []), strict=True))
    score = read_score(midi_file) if midi_file else None
    device = output if output is not None else opened.output
    settings = EngineSettings(
        output=int(device) if device.isdecimal() else device or None,
        sample_rate=rate or opened.sample_rate,
        block_frames=block or opened.block_frames,
        latency_ms=opened.latency_ms if latency_ms is None else latency_ms,
        midi=opened.midi if midi is None else midi,
        seed=seed,
        fall_back=output is None,  # a device that was asked for by hand is there, or it is an error
    )
    with stopped_by_signals() as stopped, closing(EngineProcess(settings)) as engine:
        for model in models or []:
            engine.add_slot(model, values[model])
        notices = [] if models else engine.load_session(_with(opened, values).to_json())
        if record:
            engine.record(str(record.expanduser().absolute()))
        engine.start()
        last = perform(engine, chosen.values(), score, seconds, stopped, notices, quiet=json)
        if record:
            engine.stop_recording()
        if models and session:
            save_session(session, Session.from_json(engine.session()))
    print_report(last, json)


def _models_of(session: Session) -> dict[str, Descriptor]:
    """Those of a session's models that are there; the engine says which are not."""
    found = {}
    for slot in session.slots:
        with suppress(RtAudioGenError):
            found[slot.model] = find(slot.model)
    if session.slots and not found:
        find(session.slots[0].model)  # says what is the matter
    return found


def _with(session: Session, values: Mapping[str, Mapping[str, float]]) -> Session:
    """The session with these values, by model."""
    slots = [
        replace(slot, values={**slot.values, **values.get(slot.model, {})})
        for slot in session.slots
    ]
    return replace(session, slots=tuple(slots))


def _open_session(models: list[str], path: Path | None) -> Session:
    """The session to begin with. One that exists is not written over."""
    if not models:
        if path is None:
            raise UsageError("which model? 'rtaudiogen models' lists them; or give --session FILE")
        return load_session(path)
    if path is not None and path.exists():
        raise UsageError(f"{path} exists; leave the models out to open it, or give another name")
    return Session()
