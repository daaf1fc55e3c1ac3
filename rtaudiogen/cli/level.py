"""`rtaudiogen level`."""

from typing import Annotated

import typer

from ..errors import UsageError
from ..generator import Plays
from ..registry import find
from .output import Json, print_json


def level(
    model: Annotated[str, typer.Argument(metavar="MODEL", help="Id or model file.")],
    write: Annotated[bool, typer.Option("--write", help="Write the gains into the file.")] = False,
    json: Json = False,
) -> None:
    """Measure the loudness of each timbre, played mezzo forte, and the gain that it lacks."""
    from .. import levelling
    from ..loudness.integrated import TARGET_LUFS

    descriptor = find(model)
    if write and descriptor.path is None:
        raise UsageError(f"the model '{descriptor.id}' has no file to write gains into")
    if write and Plays.EFFECT in descriptor.plays:
        raise UsageError(
            f"the model '{descriptor.id}' is an effect: a gain would also change what it hears"
        )
    measured = list(levelling.measure(descriptor))
    if write and descriptor.path is not None:
        levelling.write(descriptor.path, {one.timbre: one.gain_db for one in measured})
    if json:
        rows = [one._asdict() for one in measured]
        print_json({"model": descriptor.id, "target_lufs": TARGET_LUFS, "timbres": rows})
        return
    for one in measured:
        print(
            f"{one.timbre or descriptor.id}: {one.lufs:.1f} LUFS, {one.peak_db:.1f} dBFS, "
            f"{one.gain_db:+.1f} dB"
        )
    if write:
        print(f"The gains are saved in {descriptor.path}.")
