"""Fuzzing of all file readers: `python scripts/fuzz.py midi --seed 1 --count 100000`.

Every reader gets valid files with random damage. It must return, or raise RtAudioGenError with one
line, within SECONDS of the CPU's time and within MEMORY_BYTES more than the process had before.
Files that fail are kept in the working folder, and the exit status is 1. Mutation N of a seed is
always the same: `--first N --count 1` repeats it.
"""

import argparse
import copy
import faulthandler
import json
import math
import random
import re
import resource
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from types import FrameType
from typing import Any, NamedTuple

from rtaudiogen.errors import RtAudioGenError

sys.path.insert(0, str(Path(__file__).parents[1]))  # for the seeds of tests/

SECONDS = 2.0  # of the CPU, for one file: a busy machine changes nothing
WAITING = 60.0  # seconds by the clock: only what hangs takes as long
MEMORY_BYTES = 1 << 30
MOST_CHANGES = 6  # of a file
LARGEST_SEED = 1 << 16  # bytes
INTERESTING = [0, 1, 0x7F, 0x80, 0xFF]
ODD_VALUES: list[Any] = [
    None, True, -1, 0, 1, 16, 17, 10**12, 10**30, 0.5, -0.0, 1e308, math.nan, math.inf, "", "x",
    "\ud800", "a\nb", "x" * 5000, [], {}, [0], [1, 2, 3], [[[]]], {"a": 1}, ["a", None],
]  # fmt: skip
WIDE = [0, 1, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 1 << 40, (1 << 64) - 1]


class Reader(NamedTuple):
    """A fuzzed reader: files to damage, the suffix of their names, and the function that
    reads one.
    """

    seeds: Callable[[], list[bytes]]
    suffix: str
    read: Callable[[Path], object]
    words: tuple[bytes, ...] = ()  # keywords of this kind of file
    make: Callable[[random.Random], bytes] | None = None  # files with wrong values


def midi() -> Reader:
    """Return the reader of MIDI files."""
    from rtaudiogen.midi import read_midi_file
    from tests.midi.files_to_damage import whole_files

    return Reader(whole_files, ".mid", read_midi_file, (b"MThd", b"MTrk", b"\xff\x2f\0", b"\xf0"))


def sessions() -> Reader:
    """Return the reader of sessions: damaged files, and whole ones with wrong values."""
    from tests import json_to_damage as json_files
    from tests.session_reading import read_session

    make, words = json_files.session_with_wrong_values, json_files.WORDS
    return Reader(json_files.whole_sessions, ".json", read_session, words, make)


def presets() -> Reader:
    """Return the reader of presets: damaged files, and whole ones with wrong values."""
    from tests import json_to_damage as json_files
    from tests.session_reading import read_preset

    make, words = json_files.preset_with_wrong_values, json_files.WORDS
    return Reader(json_files.whole_presets, ".json", read_preset, words, make)


def tables() -> Reader:
    """Return the reader of tables of sounds."""
    from rtaudiogen.models.sounds.tables.reading import read_table
    from tests.models.sounds.texts_to_damage import whole_tables

    def read(path: Path) -> object:
        sounds = [path.parent / f"m{key:03}.wav" for key in (60, 61, 62)]
        return read_table(path, sounds, lambda line: None)

    words = (b"file", b"pitch", b"velocity", b'"', b";", b"\t", b"|", b"\r", b"C#4", b"\xff\xfe")
    return Reader(whole_tables, ".csv", read, words)


def names() -> Reader:
    """Return the reader of file names in a folder."""
    from rtaudiogen.models.sounds.names.labels import read_names
    from tests.models.sounds.texts_to_damage import whole_names

    def read(path: Path) -> object:
        labels = read_names(path.read_bytes().decode("utf-8", "surrogateescape").split("\n"))
        assert all(label.pitch is None or 0 <= label.pitch <= 127 for label in labels)
        assert all(label.velocity is None or 1 <= label.velocity <= 127 for label in labels)
        return labels

    words = (b"C4", b"v12", b"rr1", b"mf", b"Fis", b"do", b"060", b"'", b"\xcc\x81", b"Hammond ")
    return Reader(whole_names, ".txt", read, words)


def sounds() -> Reader:
    """Return the reader of sound files."""
    import numpy as np

    from rtaudiogen.sounds import read_whole
    from tests.sounds.sounds_to_damage import whole_sounds

    def read(path: Path) -> object:
        sound = read_whole(path)
        assert np.isfinite(sound.signal).all()
        assert np.abs(sound.signal).max() <= 100.0
        assert all(line.isprintable() for line in sound.notices)
        return sound

    words = (b"RIFF", b"RF64", b"BW64", b"data", b"ds64", b"fmt ", b"fLaC", b"\0\0\x80\x7f")
    return Reader(whole_sounds, ".wav", read, words)


def headers() -> Reader:
    """Return the reader of all families' model files, as `rtaudiogen models` reads them.

    Random damage hardly ever leaves valid JSON, so every other file has changed values instead.
    """
    from rtaudiogen.registry import describe, families

    models = [model for family in families()[0].values() for model in family.builtin()]
    whole = [_header_of(model.path) for model in models if model.path]

    def read(path: Path) -> object:
        content = path.read_bytes()
        chance = random.Random(content)
        header = content[8:]
        if chance.random() < 0.5:
            header = _changed_header(chance, chance.choice(whole))
        _write_model(path, header)
        return describe(path)

    words = (b"__metadata__", b"data_offsets", b"F32", b"[[", b"{", b"null", b"1e999", b"-1", b"9")
    return Reader(lambda: [bytes(8) + header for header in whole], ".safetensors", read, words)


def _header_of(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(int.from_bytes(file.read(8), "little"))


def _changed_header(chance: random.Random, header: bytes) -> bytes:
    """Return a header with a few changed values, also in the model's description."""
    tensors = json.loads(header)
    described = json.loads(tensors["__metadata__"]["rtaudiogen"])
    for _ in range(chance.randint(0, 3)):
        _change_value(chance, chance.choice([described, described["config"], tensors]))
    with suppress(TypeError, KeyError):
        tensors["__metadata__"]["rtaudiogen"] = json.dumps(described)
    return json.dumps(tensors).encode()


def _change_value(chance: random.Random, value: Any) -> None:
    """Replace a random value, at a random depth."""
    while isinstance(value, dict | list) and value:
        names = list(value) if isinstance(value, dict) else range(len(value))
        name = chance.choice(list(names))
        inner = value[name]
        if not isinstance(inner, dict | list) or chance.random() < 0.3:
            value[name] = copy.deepcopy(chance.choice(ODD_VALUES))
            return
        value = inner


def _write_model(path: Path, header: bytes) -> None:
    """Write a model file with consistent sizes, so that reading gets beyond them."""
    path.write_bytes(len(header).to_bytes(8, "little") + header)
    ends = re.findall(rb'"data_offsets": ?\[\d+, ?(\d{1,9})\]', header)
    with path.open("ab") as file:  # sparse: takes no space
        file.truncate(8 + len(header) + max(map(int, ends), default=0))


def captures() -> Reader:
    """Return the reader of captures: damaged files, and whole ones with wrong values."""
    from rtaudiogen.models.nam.capture import read_capture
    from tests.models.nam.made_up_captures import KINDS, OTHER_PROGRAMS

    whole = [make() for make in (KINDS | OTHER_PROGRAMS).values()]

    def read(path: Path) -> object:
        capture = read_capture(path)
        return [capture.program(size).macs for size in range(len(capture.networks))]

    def make(chance: random.Random) -> bytes:
        document = copy.deepcopy(chance.choice(whole))
        for _ in range(chance.randint(1, 3)):
            _change_value(chance, chance.choice([document, *document.values()]))
        return json.dumps(document).encode()

    words = (b"NaN", b"1e999", b"[[", b"{", b"null", b"true", b"-1", b"9", b'"gated"', b'"layers"')
    return Reader(lambda: [json.dumps(d).encode() for d in whole], ".nam", read, words, make)


def codes() -> Reader:
    """Return the reader of code files."""
    import io

    import numpy as np

    from rtaudiogen.codes.code_file import CodeHeader, CodeWriter, read_codes, read_header
    from rtaudiogen.codes.packing import PlainPacking

    def seeds() -> list[bytes]:
        random, files = np.random.default_rng(0), []
        for stages, size, chunk, frames in ((1, 2, 3, 100), (4, 1024, 50, 999), (2, 65536, 7, 30)):
            books = (size,) * stages
            header = CodeHeader("some-model", bytes(32), 16000, 20, books, chunk)
            file = io.BytesIO()
            writer = CodeWriter(file, header, PlainPacking(books))
            count = -(-frames // header.hop)
            writer.write(random.integers(0, size, (count, stages), dtype=np.uint16))
            writer.finish(frames)
            files.append(file.getvalue())
        return files

    def read(path: Path) -> list[int]:
        packing = PlainPacking(read_header(path).books)
        return [len(part) for part in read_codes(path, packing)]

    return Reader(seeds, ".rtac", read)


def journals() -> Reader:
    """Return the reader of journals of trainings."""
    from rtaudiogen.client.journal_reader import TrainingHistory
    from rtaudiogen.training_journal import Journal, JournalReader

    def seeds() -> list[bytes]:
        with tempfile.TemporaryDirectory() as folder:
            journal = Journal(Path(folder))
            journal.write("begun", pid=7, family="wavenet", folder="/x", options={"steps": 3})
            journal.write("stage", title="training", unit="bits", measure="")
            journal.write("said", sentence="hello")
            journal.write("step", progress=0.1, seconds=1.0, loss=3.5)
            journal.write("report", step=2, progress=0.5, seconds=2.0, loss=3.0, held_out=3.1)
            journal.write("finished")
            return [next(Path(folder).iterdir()).read_bytes()]

    def read(path: Path) -> object:
        folder = path.parent / "run"
        folder.mkdir(exist_ok=True)
        path.replace(folder / "journal.jsonl")
        reader, story = JournalReader(folder), TrainingHistory()
        while news := reader.news():
            for event in news:
                story.take(event)
        return story.facts()

    words = (b'{"event": "', b"begun", b"stage", b"NaN", b"[[[[", b"\n", b"null", b"1e999")
    return Reader(seeds, ".jsonl", read, words)


READERS: dict[str, Callable[[], Reader]] = {
    "midi": midi,
    "tables": tables,
    "names": names,
    "headers": headers,
    "captures": captures,
    "codes": codes,
    "journals": journals,
    "sounds": sounds,
    "sessions": sessions,
    "presets": presets,
}


def main() -> int:
    """Fuzz the reader that the command line names; return 1 if a mutation failed."""
    parser = argparse.ArgumentParser(description="Damage files at random and read them.")
    parser.add_argument("reader", choices=[*READERS, "all"])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--first", type=int, default=0, metavar="N")
    parser.add_argument("--count", type=int, default=100_000, metavar="N")
    options = parser.parse_args()
    faulthandler.enable()
    names = list(READERS) if options.reader == "all" else [options.reader]
    return max(fuzz(name, options.seed, options.first, options.count) for name in names)


def fuzz(name: str, seed: int, first: int, count: int) -> int:
    """Try `count` mutations of a reader's files, from number `first` on; return 1 if one failed."""
    reader = READERS[name]()
    seeds = [content for content in reader.seeds() if len(content) <= LARGEST_SEED]
    limit_memory()
    refused, failed, begun = 0, 0, time.monotonic()
    with tempfile.TemporaryDirectory(prefix="fuzz-", dir=_in_memory()) as folder:
        path = Path(folder) / f"damaged{reader.suffix}"
        for index in range(first, first + count):
            chance = random.Random(f"{name} {seed} {index}")
            if reader.make is not None and index % 2:
                content = reader.make(chance)
            else:
                content = damaged(chance, seeds, reader.words)
            path.write_bytes(content)
            problem = tried(reader, path)
            refused += problem == ""
            if problem:
                failed += 1
                kept = Path(f"fuzz-{name}-{seed}-{index}{reader.suffix}")
                kept.write_bytes(content)
                print(f"{kept}: {problem}", flush=True)
    seconds = time.monotonic() - begun
    print(f"{name}: {count} files in {seconds:.0f} s, {refused} refused, {failed} failed")
    return int(failed > 0)


def tried(reader: Reader, path: Path) -> str | None:
    """Read a file; return None if it was read, "" if it was refused properly, or the problem."""
    try:
        with time_limit():
            reader.read(path)
    except RtAudioGenError as error:
        return "" if len(str(error).splitlines()) == 1 else f"not one line: {str(error)!r}"
    except BaseException as error:
        if isinstance(error, KeyboardInterrupt):
            raise
        where = traceback.extract_tb(error.__traceback__)[-1]
        return f"{type(error).__name__}: {error} ({where.filename}:{where.lineno})"
    return None


def damaged(chance: random.Random, seeds: list[bytes], words: tuple[bytes, ...]) -> bytes:
    """Return one of the seeds with a few changes."""
    content = bytearray(chance.choice(seeds))
    for _ in range(chance.randint(1, MOST_CHANGES)):
        at = chance.randint(0, len(content))
        chance.choice(CHANGES)(chance, content, at, seeds, words)
    return bytes(content)


Change = Callable[[random.Random, bytearray, int, list[bytes], tuple[bytes, ...]], None]


def _flip(chance: random.Random, content: bytearray, at: int, *_: object) -> None:
    if at < len(content):
        content[at] ^= 1 << chance.randrange(8)


def _set(chance: random.Random, content: bytearray, at: int, *_: object) -> None:
    content[at : at + 1] = bytes([chance.choice([*INTERESTING, chance.randrange(256)])])


def _insert(chance: random.Random, content: bytearray, at: int, *_: object) -> None:
    content[at:at] = chance.randbytes(chance.randint(1, 8))


def _remove(chance: random.Random, content: bytearray, at: int, *_: object) -> None:
    del content[at : at + chance.choice([1, 2, 4, 16, 256])]


def _cut(chance: random.Random, content: bytearray, at: int, *_: object) -> None:
    if chance.random() < 0.3:  # else later parts would be tried too rarely
        del content[at:]


def _repeat(chance: random.Random, content: bytearray, at: int, *_: object) -> None:
    piece = content[at : at + chance.randint(1, 64)]
    content[at:at] = piece * chance.choice([1, 2, 16])


def _wide(chance: random.Random, content: bytearray, at: int, *_: object) -> None:
    size = chance.choice([2, 4, 8])
    value = chance.choice(WIDE) % (1 << 8 * size)
    content[at : at + size] = value.to_bytes(size, chance.choice(["big", "little"]))


def _splice(
    chance: random.Random, content: bytearray, at: int, seeds: list[bytes], *_: object
) -> None:
    other = chance.choice(seeds)
    start = chance.randint(0, len(other))
    content[at:at] = other[start : start + chance.randint(1, 256)]


def _word(
    chance: random.Random,
    content: bytearray,
    at: int,
    seeds: list[bytes],
    words: tuple[bytes, ...],
) -> None:
    word = chance.choice(words or (b"\0",))
    content[at : at + chance.choice([0, len(word)])] = word


CHANGES: list[Change] = [
    _flip, _set, _set, _insert, _remove, _cut, _repeat, _wide, _splice, _word
]  # fmt: skip


@contextmanager
def time_limit() -> Iterator[None]:
    """Raise TimeoutError if a block computes for more than SECONDS, or waits for more than
    WAITING.
    """
    limits = [
        (signal.ITIMER_PROF, signal.SIGPROF, SECONDS, f"more than {SECONDS:g} s of the CPU"),
        (signal.ITIMER_REAL, signal.SIGALRM, WAITING, f"more than {WAITING:g} s"),
    ]
    with ExitStack() as stack:
        for timer, number, seconds, words in limits:
            stack.enter_context(_alarm(timer, number, seconds, words))
        yield


@contextmanager
def _alarm(timer: int, number: signal.Signals, seconds: float, words: str) -> Iterator[None]:
    def stop(number: int, frame: FrameType | None) -> None:
        raise TimeoutError(words)

    before = signal.signal(number, stop)
    signal.setitimer(timer, seconds)
    try:
        yield
    finally:
        signal.setitimer(timer, 0.0)
        signal.signal(number, before)


def _in_memory() -> str | None:
    """Return a folder in memory, if there is one."""
    return "/dev/shm" if Path("/dev/shm").is_dir() else None


def limit_memory() -> None:
    """Limit the process to MEMORY_BYTES more than now; beyond that it gets a MemoryError."""
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    most = pages * resource.getpagesize() + MEMORY_BYTES
    resource.setrlimit(resource.RLIMIT_AS, (most, resource.getrlimit(resource.RLIMIT_AS)[1]))


if __name__ == "__main__":
    sys.exit(main())
