"""`rtaudiogen render`."""

from pathlib import Path
from typing import Annotated

import typer

from ..errors import UsageError
from ..registry import find
from .options import Seed, Settings, Sound, assign, check_rate, check_seconds
from .output import Json, print_json, warn
from .performance import wants_notes

DEFAULT_SECONDS = 10.0
TAIL_SECONDS = 3.0


def render(
    models_and_file: Annotated[
        list[str],
        typer.Argument(metavar="MODEL… OUT.wav", help="Ids or model files, then the WAV."),
    ],
    seconds: Annotated[
        float | None,
        typer.Option(
            metavar="S", callback=check_seconds, help="Default: as long as notes or input."
        ),
    ] = None,
    midi: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Notes to play; default: the built-in phrase."),
    ] = None,
    input: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Sound file that effects hear.")
    ] = None,
    sound: Sound = None,
    rate: Annotated[
        int, typer.Option(metavar="HZ", callback=check_rate, help="Sample rate.")
    ] = 48000,
    block: Annotated[
        int, typer.Option(min=1, max=65536, metavar="N", help="Frames at a time; same bits.")
    ] = 1024,
    set: Settings = None,
    seed: Seed = 0,
    json: Json = False,
) -> None:
    """Render to a WAV file with the renderer that plays live: the same bits."""
    from ..midi import phrase, read_midi_file, to_events
    from ..offline import render_to_file
    from ..sound_files import InputFile

    *names, out = models_and_file
    if not names or not out.lower().endswith(".wav"):
        raise UsageError(f"render MODEL… OUT.wav: '{out}' is no name of a WAV file")
    models = [find(name) for name in names]
    values = assign(models, set or [])
    score = phrase() if wants_notes(models) and input is None else []
    if midi is not None:
        score = read_midi_file(midi)
    length = max([m.seconds + TAIL_SECONDS for m in score], default=DEFAULT_SECONDS)
    if input is not None:
        with InputFile(input, rate) as heard:
            length = heard.seconds
    notices: list[str] = []
    frames = render_to_file(
        Path(out),
        models,
        seconds or length,
        sample_rate=rate,
        seed=seed,
        block_frames=block,
        settings={
            f"{model.id}:{id}": value
            for model, own in zip(models, values, strict=True)
            for id, value in own.items()
        },
        events=to_events(score, rate),
        input_file=input,
        sound=sound,
        notices=notices,
    )
    warn(notices)
    if json:
        print_json({"path": out, "frames": frames, "sample_rate": rate, "seed": seed})
    else:
        print(f"{out}: {frames / rate:.1f} s at {rate} Hz")
