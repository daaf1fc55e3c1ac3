"""Command `rtaudiogen sample`."""

import csv
import io
import os
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from filecmp import cmp
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
import typer

from ..errors import RtAudioGenError, UsageError
from ..generator import OneShot
from ..registry import family, find, load
from ..storage.file_names import folded, unique_name
from ..storage.files import appearing_whole, check_folder, read_limited, write_atomically
from .options import Overwrite, Seed
from .output import Json, print_json

INDEX = "index.csv"
MOST_INDEX_BYTES = 1 << 28
COLUMNS = ("file", "class", "seed", "spread", "around", "seconds", "peak")

if TYPE_CHECKING:
    from ..recorder import SampleFormat

Row = dict[str, Any]  # of the index, by column


def sample(
    model: Annotated[str, typer.Argument(metavar="MODEL", help="Id or model file.")],
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder for the one-shots.")],
    count: Annotated[int, typer.Option(min=1, metavar="N", help="Number of one-shots.")] = 100,
    kind: Annotated[
        str | None, typer.Option("--class", metavar="NAME", help="Default: each class in turn.")
    ] = None,
    seed: Seed = 0,
    spread: Annotated[
        float,
        typer.Option(min=0.0, max=1.0, help="1 for any hit, less for hits nearer to --around."),
    ] = 1.0,
    around: Annotated[
        int | None,
        typer.Option(min=0, metavar="SEED", help="Seed of the central hit; default --seed."),
    ] = None,
    bits: Annotated[
        int, typer.Option(metavar="16|24|32", help="Bits per value: 16 is dithered, 32 is float.")
    ] = 24,
    float32: Annotated[bool, typer.Option("--float", help="The same as --bits 32.")] = False,
    overwrite: Overwrite = False,
    json: Json = False,
) -> None:
    """Fill a folder with one-shots: WAV files with their seeds in an index.

    The first has the seed --seed, the next one more. The same class and seed give the same file:
    'sample MODEL DIR --class kick --seed 123 --count 1' makes the kick of seed 123 again.
    """
    from ..recorder.formats import sample_format

    stored = sample_format(Path("one-shot.wav"), 32 if float32 else bits)
    descriptor = find(model)
    hook = family(descriptor.family).sample
    if hook is None:
        raise UsageError(f"the model '{descriptor.id}' cannot make one-shots")
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"{folder}: is a file; expected a folder, or a name for a new one")
    around = seed if around is None else around
    shots = load(hook)(descriptor, kind, range(seed, seed + count), spread, around)
    check_folder(folder)
    folder.mkdir(exist_ok=True)
    origin = {"spread": f"{spread:g}", "around": around if spread < 1 else ""}
    export = Export(folder, descriptor.sample_rate, stored, overwrite)
    written = export.write(shots, origin)
    if json:
        print_json({"path": str(folder), "files": written, "index": str(folder / INDEX)})
    else:
        print(f"{folder}: {written} one-shots at {descriptor.sample_rate} Hz, listed in {INDEX}")


@dataclass(frozen=True)
class Export:
    """A folder of one-shots and the format of its files."""

    folder: Path
    rate: int  # frames per second in Hz
    stored: "SampleFormat"
    overwrite: bool

    def write(self, shots: Iterable[OneShot], origin: Row) -> int:
        """Write all, add them to the index of earlier calls, and return their number.

        UsageError at the first that would replace another file; the new files are then removed.
        """
        index = self.folder / INDEX
        earlier = {row["file"]: row for row in _read_index(index)}
        taken = {folded(_kind_in(row["file"])): row["class"] for row in earlier.values()}
        new: list[Path] = []
        rows: list[Row] = []
        try:
            for row in self._write_all(shots, taken, new):
                earlier.pop(row["file"], None)
                rows.append({**row, **origin})
        except UsageError:
            for path in new:
                path.unlink(missing_ok=True)
            raise
        _write_index(index, [*rows, *earlier.values()])
        return len(rows)

    def _write_all(
        self, shots: Iterable[OneShot], taken: dict[str, str], new: list[Path]
    ) -> Iterator[Row]:
        numbers: Counter[str] = Counter()
        for shot in shots:
            numbers[shot.kind] += 1
            kind = unique_name(shot.kind, taken)
            name = f"{kind}-{numbers[shot.kind]:04d}-s{shot.seed}.wav"
            if self._write_one(self.folder / name, shot):
                new.append(self.folder / name)
            yield {
                "file": name, "class": shot.kind, "seed": shot.seed,
                "seconds": f"{len(shot.signal) / self.rate:.4f}",
                "peak": f"{float(np.abs(shot.signal).max()):.4f}",
            }  # fmt: skip

    def _write_one(self, path: Path, shot: OneShot) -> bool:
        """Write a file whole; return True if it is new."""
        from ..recorder.wav import WavWriter

        is_new = not os.path.lexists(path)
        with appearing_whole(path) as unfinished:
            wav = WavWriter(unfinished, self.rate, 1, self.stored, dither=self.stored.bits == 16)
            try:
                wav.write(shot.signal[:, None])
            finally:
                wav.close()
            if not is_new and not self.overwrite and not _are_equal(unfinished, path):
                raise UsageError(
                    f"{path} exists already and sounds different; choose another folder or "
                    "--seed, or --overwrite"
                )
        return is_new


def _are_equal(one: Path, other: Path) -> bool:
    return other.is_file() and cmp(one, other, shallow=False)


def _kind_in(file: str) -> str:
    """Return the class in a file's name."""
    return file.rsplit("-", 2)[0]


def _write_index(path: Path, rows: Iterable[Row]) -> None:
    table = io.StringIO()
    writer = csv.DictWriter(table, COLUMNS)
    writer.writeheader()
    writer.writerows(rows)
    write_atomically(path, table.getvalue().encode())


def _read_index(path: Path) -> list[Row]:
    """Return the rows of an earlier index; empty if there is none."""
    if not os.path.lexists(path):
        return []
    text = read_limited(path, MOST_INDEX_BYTES).decode(errors="replace")
    try:
        table = csv.DictReader(io.StringIO(text, newline=""))
        rows = list(table)
    except csv.Error:
        table, rows = None, []
    if table is None or tuple(table.fieldnames or ()) != COLUMNS or not all(map(_is_row, rows)):
        raise RtAudioGenError(f"{path}: not an index of one-shots; choose another folder")
    return rows


def _is_row(row: Row) -> bool:
    return row.keys() == set(COLUMNS) and all(isinstance(cell, str) for cell in row.values())
