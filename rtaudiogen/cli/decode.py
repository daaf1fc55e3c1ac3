"""Command `rtaudiogen decode`."""

from pathlib import Path
from typing import Annotated

import typer

from ..registry import find
from .options import Bits, Overwrite
from .output import Json, print_json, warn


def decode(
    source: Annotated[Path, typer.Argument(metavar="IN.rtac", help="The code file.")],
    target: Annotated[Path, typer.Argument(metavar="OUT.wav", help="The sound.")],
    model: Annotated[
        str | None,
        typer.Option(metavar="MODEL", help="Id or model file; default: the model that IN names."),
    ] = None,
    bits: Bits = 0,
    overwrite: Overwrite = False,
    json: Json = False,
) -> None:
    """Decode a code file into a WAV or FLAC file, exactly as long as the encoded sound."""
    from ..codes.codec import decode_file

    notices: list[str] = []
    named = find(model) if model else None
    header = decode_file(source, target, named, overwrite, bits, notices.append)
    warn(notices)
    if json:
        print_json(
            {
                "path": str(target),
                "model": header.model,
                "stages": header.stages,
                "sample_rate": header.sample_rate,
                "frames": header.frames,
                "seconds": header.seconds,
            }
        )
    else:
        print(f"{target}: {header.seconds:.1f} s at {header.sample_rate} Hz")
