"""`rtaudiogen sample`."""

import csv
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
import typer

from ..errors import RtAudioGenError, UsageError
from ..files import appearing_whole
from ..generator import OneShot
from ..registry import family, find, load
from .options import Seed
from .output import Json, print_json

INDEX = "index.csv"
COLUMNS = ("file", "class", "seed", "spread", "around", "seconds", "peak")

if TYPE_CHECKING:
    from ..recorder import SampleFormat

Row = dict[str, Any]  # of the index, by column


def sample(
    model: Annotated[str, typer.Argument(metavar="MODEL", help="Id or model file.")],
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Where the one-shots go.")],
    count: Annotated[int, typer.Option(min=1, metavar="N", help="How many.")] = 100,
    kind: Annotated[
        str | None, typer.Option("--class", metavar="NAME", help="Default: each class in turn.")
    ] = None,
    seed: Seed = 0,
    spread: Annotated[
        float, typer.Option(min=0.0, max=1.0, help="1: anything; less: nearer to --around.")
    ] = 1.0,
    around: Annotated[
        int | None, typer.Option(min=0, metavar="SEED", help="The hit in the middle of them.")
    ] = None,
    bits: Annotated[
        int, typer.Option(metavar="16|24|32", help="Of a value: 16 is dithered, 32 is float.")
    ] = 24,
    float32: Annotated[bool, typer.Option("--float", help="The same as --bits 32.")] = False,
    json: Json = False,
) -> None:
    """Fill a folder with one-shots, a WAV and a seed each, and an index of them.

    The first has the seed --seed, the next one more. The same class and seed give the same file:
    'sample MODEL DIR --class kick --seed 123 --count 1' makes a kick of seed 123 again.
    """
    from ..recorder.formats import sample_format

    stored = sample_format(Path("one-shot.wav"), 32 if float32 else bits)
    descriptor = find(model)
    hook = family(descriptor.family).sample
    if hook is None:
        raise UsageError(f"the model '{descriptor.id}' makes no one-shots")
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"{folder}: is a file; expected a folder, or a name for a new one")
    around = seed if around is None else around
    shots = load(hook)(descriptor, kind, range(seed, seed + count), spread, around)
    folder.mkdir(parents=True, exist_ok=True)
    origin = {"spread": f"{spread:g}", "around": around if spread < 1 else ""}
    written = _write_index(
        folder / INDEX, _write_all(folder, shots, descriptor.sample_rate, stored, origin)
    )
    if json:
        print_json({"path": str(folder), "files": written, "index": str(folder / INDEX)})
    else:
        print(f"{folder}: {written} one-shots at {descriptor.sample_rate} Hz, listed in {INDEX}")


def _write_all(
    folder: Path, shots: Iterable[OneShot], rate: int, stored: "SampleFormat", origin: Row
) -> Iterator[Row]:
    """Write each file whole; its row."""
    from ..recorder.wav import WavWriter

    dither = stored.bits == 16
    numbers: Counter[str] = Counter()
    for shot in shots:
        numbers[shot.kind] += 1
        kind = re.sub(r"[^\w-]+", "_", shot.kind)
        name = f"{kind}-{numbers[shot.kind]:04d}-s{shot.seed}.wav"
        with appearing_whole(folder / name) as unfinished:
            wav = WavWriter(unfinished, rate, 1, stored, dither=dither)
            try:
                wav.write(shot.signal[:, None])
            finally:
                wav.close()
        yield {
            "file": name, "class": shot.kind, "seed": shot.seed, **origin,
            "seconds": f"{len(shot.signal) / rate:.4f}",
            "peak": f"{float(np.abs(shot.signal).max()):.4f}",
        }  # fmt: skip


def _write_index(path: Path, rows: Iterable[Row]) -> int:
    """The rows, before those of earlier files that are not written again; how many are new."""
    earlier = {row["file"]: row for row in _read_index(path)}
    with appearing_whole(path) as unfinished, unfinished.open("w", newline="") as file:
        table = csv.DictWriter(file, COLUMNS)
        table.writeheader()
        count = 0
        for row in rows:
            earlier.pop(row["file"], None)
            table.writerow(row)
            count += 1
        table.writerows(earlier.values())
    return count


def _read_index(path: Path) -> list[Row]:
    """The rows of an earlier index; none without one."""
    if not path.exists():
        return []
    with path.open(newline="") as file:
        table = csv.DictReader(file)
        if tuple(table.fieldnames or ()) != COLUMNS:
            raise RtAudioGenError(f"{path}: not an index of one-shots; choose another folder")
        return list(table)
