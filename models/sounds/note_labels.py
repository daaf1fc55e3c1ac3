"""Pitch and velocity of every sound in a folder of notes, from labels or measured."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from rtaudiogen.errors import RtAudioGenError

from .audio_folder import Clip
from .note_hearing import TOLERANCE, Sound, with_heard_octaves
from .pitch import estimate_pitch
from .say import Say

__all__ = ["Say", "Sound", "with_pitches", "with_velocities"]

VELOCITY_RANGE_DB = 40.0  # of peak level, from velocity 0 to 1
SOFTEST = 0.05


def with_pitches(sounds: Sequence[Sound], sample_rate: int, folder: Path, say: Say) -> list[Sound]:
    """Return all sounds that have a pitch, estimated where there is no label.

    RtAudioGenError if most have none, or if most labels contradict the sound.
    """
    sounds, compared = with_heard_octaves(sounds, sample_rate, say)
    _refuse_mixed_up(compared, folder)
    known: list[Sound] = []
    estimated = 0
    for clip, signal in sounds:
        pitch = clip.pitch
        if pitch is None:
            pitch = estimate_pitch(signal, sample_rate)
            estimated += pitch is not None
        if pitch is None:
            say(f"left out: {clip.path.name} has no clear pitch")
        else:
            known.append((replace(clip, pitch=pitch), signal))
    if len(known) < 0.5 * len(sounds):
        raise RtAudioGenError(
            f"{folder}: {len(sounds) - len(known)} of {len(sounds)} sounds have no clear pitch: "
            "name the files by note (C#4, m061), or train a texture with --texture"
        )
    if estimated:
        say(f"pitch of {estimated} of {len(known)} files estimated from the sound (pYIN)")
    return known


def _refuse_mixed_up(compared: Sequence[tuple[Clip, float]], folder: Path) -> None:
    wrong = []
    for clip, heard in compared:
        if clip.pitch is None:
            continue
        off = (heard - clip.pitch + 6.0) % 12.0 - 6.0
        if abs(off) > TOLERANCE:
            wrong.append(f"{clip.path.name} is labelled {clip.pitch:.0f} but sounds as {heard:.0f}")
    if len(compared) >= 3 and len(wrong) > 0.5 * len(compared):
        raise RtAudioGenError(
            f"{folder}: labels and sounds are mixed up: {len(wrong)} of {len(compared)} files "
            f"compared have another pitch than their label ({wrong[0]})"
        )


def with_velocities(sounds: Sequence[Sound]) -> list[Sound]:
    """Return the sounds of one instrument, with velocities from peak levels where labels lack."""
    peaks_db = [20 * np.log10(float(np.abs(signal).max())) for _, signal in sounds]
    loudest_db = max(peaks_db)
    return [
        (clip, signal)
        if clip.velocity is not None
        else (
            replace(clip, velocity=max(1 + (peak_db - loudest_db) / VELOCITY_RANGE_DB, SOFTEST)),
            signal,
        )
        for (clip, signal), peak_db in zip(sounds, peaks_db, strict=True)
    ]
