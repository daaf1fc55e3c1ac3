"""Command `rtaudiogen encode`."""

from pathlib import Path
from typing import Annotated

import typer

from ..registry import find
from .options import Overwrite
from .output import Json, print_json, warn

DEFAULT_MODEL = "vqvae-speech"
PCM_BYTES = 2  # bytes of a frame of 16 bits, which the size is compared with


def encode(
    source: Annotated[Path, typer.Argument(metavar="IN", help="Any sound file.")],
    target: Annotated[Path, typer.Argument(metavar="OUT.rtac", help="The code file.")],
    model: Annotated[
        str, typer.Option(metavar="MODEL", help="Id or model file; decoding needs the same one.")
    ] = DEFAULT_MODEL,
    stages: Annotated[
        int | None,
        typer.Option(
            min=1, metavar="N", help="Stages to use; fewer stages give fewer bits. Default: all."
        ),
    ] = None,
    predicted: Annotated[
        bool,
        typer.Option(
            "--predicted",
            help="Save bits: codes that the model's prior expects take fewer. Slower, both ways.",
        ),
    ] = False,
    overwrite: Overwrite = False,
    json: Json = False,
) -> None:
    """Encode a sound file into the codes of a model, a tiny file that 'decode' turns into sound."""
    from ..codes.codec import encode_file

    def say(line: str) -> None:
        warn([line])

    encoded = encode_file(source, target, find(model), stages, say, overwrite, predicted)
    header = encoded.header
    size = target.stat().st_size
    facts = {
        "path": str(target),
        "model": header.model,
        "stages": header.stages,
        "sample_rate": header.sample_rate,
        "frames": header.frames,
        "seconds": header.seconds,
        "bytes": size,
        "bits_per_second": encoded.bits_per_second,
        "compression_ratio": PCM_BYTES * header.frames / size,
    }
    if json:
        print_json(facts)
    else:
        print(
            f"{target}: {header.seconds:.1f} s, {facts['bits_per_second']:.0f} bits per second, "
            f"{facts['compression_ratio']:.1f} times smaller than 16 bits at "
            f"{header.sample_rate} Hz"
        )
