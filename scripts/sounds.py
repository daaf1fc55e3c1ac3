"""Short sounds of the shipped models for the README: docs/sounds/*.flac."""

import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

RATE = 16000  # Hz, that of most shipped models
PHRASE, MORPH, HARP = "phrase.flac", "morph.flac", "codec-before.flac"
KEYS = ("wavenet-keys-strings", "--seconds", "8")
MUSIC = ("vqvae-music", "--seconds", "6")
SOUNDS: dict[str, tuple[str, ...]] = {  # in this order: the last two read one of the others
    PHRASE: KEYS,
    MORPH: (*KEYS, "--set", "timbre=cello", "--set", "morph_to=choir", "--set", "morph=0.5"),
    "ocean.flac": (
        "wavenet-textures", "--seconds", "10", "--set", "timbre=ocean", "--rate", "48000",
    ),
    "pad.flac": (
        "wavenet-textures", "--seconds", "10", "--set", "timbre=pad+choir", "--rate", "48000",
    ),
    "fire.flac": ("samplernn-textures", "--seconds", "6", "--set", "timbre=fire"),
    "drums.flac": ("wavegan-drums", "--seconds", "5", "--midi", "BEAT"),
    "speech.flac": ("vqvae-speech", "--seconds", "6", "--set", "timbre=af_heart"),
    "sung.flac": ("vqvae-speech", "--seconds", "9", "--midi", "CHORDS", "--set", "sing=stream"),
    HARP: ("wavenet-keys-strings", "--seconds", "6", "--set", "timbre=harp"),
    "codec-after.flac": (*MUSIC, "--input", HARP, "--set", "source=live"),
    "slow.flac": (
        *MUSIC, "--sound", HARP, "--set", "source=file", "--set", "rate=0.25",
        "--set", "scatter=0.3",
    ),
}  # fmt: skip
KICK, SNARE, CLOSED, OPEN = 36, 38, 42, 46
BAR: dict[int, tuple[int, ...]] = {  # eighths of a bar
    KICK: (0, 3, 5),
    SNARE: (2, 6),
    CLOSED: (0, 1, 2, 3, 4, 5, 6),
    OPEN: (7,),
}
CHORDS = ((45, 57, 60, 64), (41, 57, 60, 65), (48, 55, 60, 64), (43, 55, 59, 62))
Note = tuple[int, int, int, int, int]  # tick, length, channel, key, velocity
TICKS, LENGTH = 480, 120  # of a quarter, at 120 beats a minute; of a note


def main(folder: Path) -> None:
    """Render every sound into `folder` with `rtaudiogen render`."""
    folder.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory() as scratch:
        scores = {name: Path(scratch, f"{name}.mid") for name in ("BEAT", "CHORDS")}
        scores["BEAT"].write_bytes(midi_file(beat(2)))
        scores["CHORDS"].write_bytes(midi_file(chords()))
        for name, arguments in SOUNDS.items():
            places = {
                **{name: str(path) for name, path in scores.items()},
                HARP: str(folder / HARP),
            }
            render(folder / name, [places.get(word, word) for word in arguments])


def render(path: Path, arguments: list[str]) -> None:
    """Run `rtaudiogen render` with `arguments`, to a FLAC file of 16 bits."""
    model, *options = arguments
    command = [sys.executable, "-m", "rtaudiogen", "render", model, str(path)]
    usual = ["--rate", str(RATE), "--bits", "16", "--overwrite"]
    subprocess.run([*command, *usual, *options], check=True)


def beat(bars: int) -> Iterator[Note]:
    """Yield the drums of `bars` bars, on MIDI channel 10."""
    eighth = TICKS // 2
    for bar in range(bars):
        for key, places in BAR.items():
            for place in places:
                tick = bar * 8 * eighth + place * eighth
                yield tick, LENGTH, 9, key, 112 if tick % TICKS == 0 else 84


def chords() -> Iterator[Note]:
    """Yield a bar of each chord."""
    for bar, keys in enumerate(CHORDS):
        for key in keys:
            yield bar * 4 * TICKS, 4 * TICKS - LENGTH, 0, key, 96


def midi_file(notes: Iterable[Note]) -> bytes:
    """Return a standard MIDI file, format 0, that plays notes at 120 beats a minute."""
    messages = []
    for tick, length, channel, key, velocity in notes:
        messages.append((tick, 0x90 | channel, key, velocity))
        messages.append((tick + length, 0x80 | channel, key, 0))
    track, now = b"", 0
    for tick, *message in sorted(messages):
        track += variable_length(tick - now) + bytes(message)
        now = tick
    track += bytes((0, 0xFF, 0x2F, 0))
    head = b"MThd" + (6).to_bytes(4, "big") + bytes((0, 0, 0, 1)) + TICKS.to_bytes(2, "big")
    return head + b"MTrk" + len(track).to_bytes(4, "big") + track


def variable_length(number: int) -> bytes:
    """Return a number below 2^14 as MIDI files store it."""
    return bytes((0x80 | number >> 7, number & 0x7F)) if number > 0x7F else bytes((number,))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
