"""Render the previews of the factory presets: `python scripts/previews.py [NAME …]`.

Each preset plays a short phrase that suits its first tag. The sound is written beside the preset,
as previews/NAME.ogg, if it is as loud as a preset should be.
"""

import math
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import soundfile

from rtaudiogen import registry
from rtaudiogen.client.library import preview_path
from rtaudiogen.generator import Audio
from rtaudiogen.loudness.integrated import RATE, integrated_lufs
from rtaudiogen.midi.timed import TimedMessage, to_events
from rtaudiogen.offline import RenderRequest, render
from rtaudiogen.saving.presets import Preset, load_preset

SECONDS, FADE_SECONDS = 2.4, 0.3
SOFTEST_LUFS, LOUDEST_LUFS = -30.0, -10.0
COMPRESSION = 0.5  # of Vorbis: 0 large … 1 small
DRUMS = 9  # MIDI channel 10
NOTE_ON, NOTE_OFF = 0x90, 0x80


class Note(NamedTuple):
    """A note of a phrase; times in seconds."""

    start: float
    key: int
    velocity: int
    length: float


def _line(step: float, keys: Sequence[int], length: float) -> tuple[Note, ...]:
    """Return notes at equal distances."""
    return tuple(Note(step * i, key, 78 + 6 * (i % 3), length) for i, key in enumerate(keys))


def _chord(keys: Sequence[int]) -> tuple[Note, ...]:
    return tuple(Note(0.0, key, 82, SECONDS) for key in keys)


def _beat(places: dict[int, dict[float, int]]) -> tuple[Note, ...]:
    """Return drums: for each key its velocities by time."""
    return tuple(Note(t, key, v, 0.1) for key, hits in places.items() for t, v in hits.items())


KICK, SNARE, CLOSED, TOM, OPEN = 36, 38, 42, 43, 46
PHRASES = {  # by a preset's first tag; presets with other tags sound by themselves
    "keys": (
        Note(0.0, 45, 80, 1.9), *_line(0.0, (57, 60, 64), 0.9), Note(0.5, 69, 88, 0.45),
        *(Note(1.0, key, 78, 0.9) for key in (55, 59, 62, 67)), Note(1.5, 71, 92, 0.9),
    ),
    "pluck": _line(0.167, (45, 57, 60, 64, 69, 72, 76, 72, 69, 64, 60, 57), 0.5),
    "bell": _line(0.36, (69, 76, 81, 83, 72), 0.6),
    "pad": _chord((45, 57, 60, 64, 71)),
    "choir": _chord((48, 55, 60, 64)),
    "lead": (
        Note(0.0, 62, 90, 0.5), Note(0.45, 65, 92, 0.35), Note(0.75, 69, 96, 0.6),
        Note(1.3, 67, 88, 0.3), Note(1.55, 64, 92, 0.9),
    ),
    "bass": (
        Note(0.0, 33, 100, 0.4), Note(0.4, 33, 84, 0.2), Note(0.65, 45, 92, 0.2),
        Note(0.9, 40, 96, 0.4), Note(1.35, 43, 92, 0.3), Note(1.65, 33, 100, 0.6),
    ),
    "kit": _beat({
        KICK: {0.0: 116, 0.875: 84, 1.0: 110},
        SNARE: {0.5: 112, 1.5: 116},
        CLOSED: {0.0: 80, 0.25: 64, 0.5: 84, 0.75: 64, 1.0: 80, 1.5: 80},
        OPEN: {1.25: 84},
        TOM: {1.75: 100, 1.875: 104},
    }),
}  # fmt: skip


def main(names: Sequence[str]) -> int:
    """Write the previews of these presets, or of all; return how many are too soft or too loud."""
    wrong = 0
    for path in factory_presets():
        preset = load_preset(path)
        if names and preset.name not in names:
            continue
        sound = preview_of(preset)
        loudness = integrated_lufs(np.repeat(sound, 2, axis=1))  # by two loudspeakers
        is_wrong = not SOFTEST_LUFS <= loudness <= LOUDEST_LUFS
        wrong += is_wrong
        if not is_wrong:
            write(preview_path(path), sound)
        remark = f"  not written: expected {SOFTEST_LUFS:g} … {LOUDEST_LUFS:g}" if is_wrong else ""
        print(f"{preset.name:20} {loudness:6.1f} LUFS {peak_db(sound):6.1f} dB{remark}")
    return wrong


def factory_presets() -> Iterator[Path]:
    """Yield the files of the presets that ship."""
    for folder in registry.preset_folders():
        yield from sorted(folder.glob("*.json"))


def preview_of(preset: Preset) -> Audio:
    """Return (frames, 1) at RATE: the preset plays its phrase, and fades out."""
    model = registry.find(preset.model)
    values, notices = preset.fit(model)
    if notices:
        raise ValueError(f"{preset.name}: {' '.join(notices)}")
    request = RenderRequest(
        [model],
        SECONDS,
        sample_rate=RATE,
        settings=values,
        events=to_events(_messages(preset), RATE),
        seeds={} if preset.seed is None else {model.id: preset.seed},
    )
    sound = render(request).mean(axis=1, keepdims=True)
    fade = round(FADE_SECONDS * RATE)
    sound[-fade:] *= np.linspace(1.0, 0.0, fade, dtype=np.float32)[:, None]
    return sound


def _messages(preset: Preset) -> list[TimedMessage]:
    kind = preset.tags[0] if preset.tags else ""
    channel = DRUMS if kind == "kit" else 0
    found = []
    for note in PHRASES.get(kind, ()):
        found.append(TimedMessage(note.start, NOTE_ON | channel, note.key, note.velocity))
        found.append(TimedMessage(note.start + note.length, NOTE_OFF | channel, note.key, 0))
    return sorted(found)


def peak_db(sound: Audio) -> float:
    """Return the highest value in dB below full scale."""
    return 20 * math.log10(max(float(np.abs(sound).max()), 1e-9))


def write(path: Path, sound: Audio) -> None:
    """Write a preview."""
    path.parent.mkdir(exist_ok=True)
    soundfile.write(
        path, sound, RATE, format="OGG", subtype="VORBIS", compression_level=COMPRESSION
    )


if __name__ == "__main__":
    sys.exit(1 if main(sys.argv[1:]) else 0)
