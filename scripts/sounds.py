"""Short sounds of the shipped models for the README: docs/sounds/*.flac."""

import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

RATE = 16000  # Hz, that of the shipped models
PHRASE, MORPH, HARP = "phrase.flac", "morph.flac", "codec-before.flac"
KEYS = ("wavenet-keys-strings", "--seconds", "8")
MUSIC = ("vqvae-music", "--seconds", "6")
SOUNDS: dict[str, tuple[str, ...]] = {  # in this order: the last two read one of the others
    PHRASE: KEYS,
    MORPH: (*KEYS, "--set", "timbre=cello", "--set", "morph_to=choir", "--set", "morph=0.5"),
    "ocean.flac": ("wavenet-textures", "--seconds", "6", "--set", "timbre=ocean"),
    "drums.flac": ("wavegan-drums", "--seconds", "5", "--midi", "BEAT"),
    "speech.flac": ("vqvae-speech", "--seconds", "6", "--set", "timbre=af_heart"),
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
TICKS, LENGTH = 480, 120  # of a quarter, at 120 beats a minute; of a note


def main(folder: Path) -> None:
    """Render every sound into `folder` with `rtaudiogen render`."""
    folder.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory() as scratch:
        beat = Path(scratch, "beat.mid")
        beat.write_bytes(midi_file(2))
        for name, arguments in SOUNDS.items():
            places = {"BEAT": str(beat), HARP: str(folder / HARP)}
            render(folder / name, [places.get(word, word) for word in arguments])


def render(path: Path, arguments: list[str]) -> None:
    """Run `rtaudiogen render` with `arguments`, to a FLAC file of 16 bits."""
    model, *options = arguments
    command = [sys.executable, "-m", "rtaudiogen", "render", model, str(path), *options]
    fixed = ["--rate", str(RATE), "--bits", "16", "--overwrite"]
    subprocess.run([*command, *fixed], check=True)


def midi_file(bars: int) -> bytes:
    """Return a standard MIDI file, format 0, that plays the beat for so many bars."""
    eighth = TICKS // 2
    starts = [
        (bar * 8 * eighth + place * eighth, key)
        for bar in range(bars)
        for key, places in BAR.items()
        for place in places
    ]
    messages = [(tick, 0x99, key, 112 if tick % TICKS == 0 else 84) for tick, key in starts]
    messages += [(tick + LENGTH, 0x89, key, 0) for tick, key in starts]
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
