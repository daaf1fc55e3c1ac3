"""Command `rtaudiogen render`."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from ...errors import UsageError
from ...generator import Descriptor
from ...registry import find, with_voices
from ...saving.sessions import Session, load_session
from ...storage.files import check_target
from ..option_group import spread
from ..options import Bits, Overwrite, check_rate, check_seconds
from ..output import Json, print_json, warn
from .choices import Choices, models_of
from .performance import wants_notes

DEFAULT_SECONDS, DEFAULT_RATE = 10.0, 48000
TAIL_SECONDS, MARGIN_SECONDS = 3.0, 0.2  # after the last note; after its release, if that is longer


@spread(Choices)
def render(
    models_and_file: Annotated[
        list[str],
        typer.Argument(metavar="MODEL… OUT.wav", help="Ids or model files, then the file."),
    ],
    seconds: Annotated[
        float | None,
        typer.Option(
            metavar="S",
            callback=check_seconds,
            help="Length; default: that of notes or input.",
        ),
    ] = None,
    midi: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Notes to play; default: the built-in phrase."),
    ] = None,
    input: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Sound file that effects hear.")
    ] = None,
    align: Annotated[
        bool,
        typer.Option(
            "--align/--no-align",
            help="Remove, or keep, the delay of effects against their input.",
        ),
    ] = True,
    session: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Render this session instead of MODELs.")
    ] = None,
    rate: Annotated[
        int | None,
        typer.Option(
            metavar="HZ", callback=check_rate, help="Default: the session's own, or 48000."
        ),
    ] = None,
    bits: Bits = 0,
    block: Annotated[
        int,
        typer.Option(
            min=1,
            max=65536,
            metavar="N",
            help="Frames per block; does not affect the result.",
        ),
    ] = 1024,
    *,
    choices: Choices,
    overwrite: Overwrite = False,
    json: Json = False,
) -> None:
    """Render to a WAV or FLAC file with the renderer that plays live: the same bits.

    A session is rendered as you left it, except that program changes have no effect.
    """
    from ...midi import phrase, read_score, sounding_seconds, to_events
    from ...offline import RenderRequest, render_to_file
    from ...recorder.formats import SUFFIXES
    from ...sound_files import InputFile

    *names, out = models_and_file
    if not out.lower().endswith(SUFFIXES):
        raise UsageError(f"render MODEL… OUT.wav: '{out}' ends neither in .wav nor in .flac")
    choices = choices.with_preset_found()
    names = choices.models(names, session)
    if not names and not session:
        raise UsageError("which model? render MODEL… OUT.wav, or give --session FILE")
    if names and session:
        raise UsageError(f"--session {session}: has models of its own; leave the MODELs out")
    read = [Path(name) for name in names]
    read += [path for path in (midi, input, session, choices.preset, choices.sound) if path]
    check_target(Path(out), overwrite, read)
    opened = load_session(session) if session else Session()
    models = [with_voices(find(name), choices.voices) for name in names]
    played = models_of(opened) if session else {model.id: model for model in models}
    chosen = choices.for_models(played)
    rate = rate or opened.sample_rate or DEFAULT_RATE
    notices: list[str] = []
    score = phrase() if wants_notes(played.values()) and input is None else []
    if midi is not None:
        score = read_score(midi, played.values(), notices)
    length = sounding_seconds(score) + _tail(played, chosen.values) if score else DEFAULT_SECONDS
    if input is not None:
        with InputFile(input, rate) as heard:
            length = heard.seconds
    request = RenderRequest(
        models,
        seconds or length,
        sample_rate=rate,
        seed=choices.seed,
        block_frames=block,
        settings={
            f"{model.id}:{id}": value
            for model in models
            for id, value in chosen.values[model.id].items()
        },
        events=to_events(score, rate),
        input_file=input,
        sound=None if session else next(map(Path, chosen.sounds.values()), None),
        seeds=chosen.seeds,
        session=chosen.session(opened),
        device=choices.device,
        align=align,
        chain=choices.chain,
    )
    frames = render_to_file(Path(out), request, bits, overwrite, notices)
    warn(notices)
    if json:
        print_json({"path": out, "frames": frames, "sample_rate": rate, "seed": choices.seed})
    else:
        print(f"{out}: {frames / rate:.1f} s at {rate} Hz")


def _tail(models: Mapping[str, Descriptor], values: Mapping[str, Mapping[str, float]]) -> float:
    """Return the seconds after which the last note of every model has died away."""
    releases = [
        values[name].get(parameter.id, parameter.default) / 1000 + MARGIN_SECONDS
        for name, model in models.items()
        for parameter in model.parameters
        if parameter.id == "release" and parameter.unit == "ms"
    ]
    return max([TAIL_SECONDS, *releases])
