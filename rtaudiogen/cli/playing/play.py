"""Command `rtaudiogen play`."""

from contextlib import closing
from itertools import pairwise
from pathlib import Path
from typing import Annotated

import typer

from ...errors import UsageError
from ...registry import find
from ...saving.sessions import Session, load_session, save_session
from ...storage.files import check_target, expanded
from ..option_group import spread
from ..options import Bits, Block, Overwrite, check_rate, check_seconds
from ..output import Json
from .choices import Choices, models_of
from .preset import check_new, keep, keep_first_slot

NO_INPUT = "none"


@spread(Choices)
def play(
    models: Annotated[
        list[str] | None, typer.Argument(metavar="MODEL…", help="Ids or model files.")
    ] = None,
    output: Annotated[
        str | None,
        typer.Option(metavar="DEVICE", help="Name or index; 'null' keeps time by the clock."),
    ] = None,
    input: Annotated[
        str | None,
        typer.Option(metavar="DEVICE", help="Input of effects: name, index, 'default' or 'none'."),
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
        float | None,
        typer.Option(metavar="S", callback=check_seconds, help="End after so many seconds."),
    ] = None,
    record: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Record to this .wav or .flac file.")
    ] = None,
    bits: Bits = 0,
    session: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Open this session; with MODELs, save it at the end."),
    ] = None,
    save_preset: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Save the first slot as this preset at the end."),
    ] = None,
    *,
    choices: Choices,
    overwrite: Overwrite = False,
    json: Json = False,
) -> None:
    """Play live, until Ctrl-C.

    Without a MIDI port the built-in phrase is played once; without an audio device the clock keeps
    time.
    """
    from ...client.remote import EngineProcess
    from ...midi import read_score
    from ...recorder.recorder import check_recording, remove_recording
    from ...wire.settings import EngineSettings
    from .performance import perform, stopped_by_signals, with_recording
    from .status import print_report

    choices = choices.with_preset_found()
    models = choices.models(models or [], session)
    read = [Path(name) for name in models]
    read += [path for path in (midi_file, choices.sound, choices.preset) if path]
    if record:
        check_recording(expanded(record), overwrite, [*read, *([session] if session else [])])
    opened = _open_session(models, session, overwrite, read)
    played = {name: find(name) for name in models} if models else models_of(opened)
    chosen = choices.for_models(played)
    if save_preset is not None:
        check_new(save_preset, overwrite, read)
    check_bits(record, bits)
    begun = chosen.session(opened)
    notices: list[str] = []
    score = read_score(midi_file, played.values(), notices) if midi_file else None
    heard = input if input is not None else opened.input
    settings = EngineSettings(
        output=_device(output if output is not None else opened.output),
        sample_rate=rate or opened.sample_rate,
        block_frames=block or opened.block_frames,
        latency_ms=opened.latency_ms if latency_ms is None else latency_ms,
        midi=opened.midi if midi is None else midi,
        seed=choices.seed,
        fall_back=output is None,  # a named device must exist
        input=None if heard == NO_INPUT else _device(heard),
        input_required=input not in (None, NO_INPUT),
        device=choices.device,
    )
    with stopped_by_signals() as stopped, closing(EngineProcess(settings)) as engine:
        added = [
            engine.add_slot(
                model, chosen.values[model], chosen.seeds.get(model), chosen.sounds.get(model),
                choices.voices,
            )
            for model in models
        ]  # fmt: skip
        for slot, following in pairwise(added if choices.chain else []):
            engine.set_mix(following, "hears_input", False)
            engine.connect(slot, following)
        engine.set_master(begun.master_gain_db)
        if not models:
            notices += engine.load_session(begun.to_json())
        if record:
            if overwrite:
                remove_recording(expanded(record))
            engine.record(str(expanded(record).absolute()), bits)
        engine.start()
        last = perform(engine, played.values(), score, seconds, stopped, notices, quiet=json)
        if record:
            last = with_recording(last, engine.stop_recording())
        if models and session:
            left = Session.from_json(engine.session())
            keep(session, lambda path, over: save_session(path, left, over), overwrite)
        if save_preset is not None:
            keep_first_slot(save_preset, engine.session(), overwrite)
    print_report(last, json)


def _device(text: str) -> str | int | None:
    """Return an index, a name, or None for an empty one."""
    return int(text) if text.isdecimal() else text or None


def check_bits(path: Path | None, bits: int) -> None:
    """Raise UsageError for a recording in an unknown format, or for bits without a recording."""
    if path is not None:
        from ...recorder.formats import sample_format  # brings libsndfile along

        sample_format(path, bits)
    elif bits:
        raise UsageError(f"--bits {bits}: needs a recording; give --record FILE")


def _open_session(
    models: list[str], path: Path | None, overwrite: bool, inputs: list[Path]
) -> Session:
    """Return the session to start with. An existing one is only replaced on request."""
    if not models:
        if path is None:
            raise UsageError("which model? 'rtaudiogen models' lists them; or give --session FILE")
        return load_session(path)
    if path is not None:
        if path.exists() and not overwrite:
            raise UsageError(
                f"{path} exists; leave the models out to open it, or give another name"
            )
        check_target(path, overwrite, inputs)
    return Session()
