"""`rtaudiogen render`."""

from pathlib import Path
from typing import Annotated

import typer

from ..errors import UsageError
from ..registry import find
from .options import Seed, Settings, assign, check_rate, check_seconds
from .output import Json, print_json

DEFAULT_SECONDS = 10.0
TAIL_SECONDS = 3.0


def render(
    models_and_file: Annotated[
        list[str],
        typer.Argument(metavar="MODEL… OUT.wav", help="Ids or model files, then the WAV."),
    ],
    seconds: Annotated[
        float | None,
        typer.Option(metavar="S", callback=check_seconds, help="Default: as long as the notes."),
    ] = None,
    midi: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Notes to play; default: the built-in phrase."),
    ] = None,
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

    *names, out = models_and_file
    if not names or not out.lower().endswith(".wav"):
        raise UsageError(f"render MODEL… OUT.wav: '{out}' is no name of a WAV file")
    models = [find(name) for name in names]
    values = assign(models, set or [])
    score = read_midi_file(midi) if midi else phrase()
    length = seconds or max([m.seconds + TAIL_SECONDS for m in score], default=DEFAULT_SECONDS)
    frames = render_to_file(
        Path(out),
        models,
        length,
        sample_rate=rate,
        seed=seed,
        block_frames=block,
        settings={
            f"{model.id}:{id}": value
            for model, own in zip(models, values, strict=True)
            for id, value in own.items()
        },
        events=to_events(score, rate),
    )
    if json:
        print_json({"path": out, "frames": frames, "sample_rate": rate, "seed": seed})
    else:
        print(f"{out}: {frames / rate:.1f} s at {rate} Hz")
