"""A dry and a wet recording, read, checked and aligned. [control]"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soxr
from numpy.typing import NDArray

from rtaudiogen.errors import RtAudioGenError
from rtaudiogen.recording_pair import Pair
from rtaudiogen.sounds import read_whole, shown

from ...sounds.say import Say
from .alignment import LEAST_LIKENESS, MOST_SECONDS, delay_between

LEAST_SECONDS, GOOD_SECONDS = 2.0, 60.0
SILENT_PEAK = 10 ** (-60 / 20)
MOST_LEFT_OUT = 0.1  # of the longer recording
FULL_SCALE, CLIPPED_RUN = 0.999, 3  # so many frames at full scale in a row are clipping
QUIET_DB, LOUD_DB = -40.0, -1.0  # peaks worth a remark
MARGIN_SECONDS = 0.00025  # before the delay that is found: a converter's filter rises that long
DRIFT_SECONDS, DRIFT_HEARD = 0.0005, 1.0  # between beginning and end; of so much sound
PAUSE_DB, PAUSE_SECONDS = -70.0, 0.1  # what counts as a pause of the dry recording
NOISE_DB = -50.0  # of the wet in pauses, below its level elsewhere
HELD_OUT_SHARE, HELD_OUT_SECONDS = 0.1, 15.0  # at the end, the shorter of both

Signal = NDArray[np.float32]  # (frames,)


@dataclass(frozen=True)
class Recording:
    """Two signals of one length, in which a frame of the wet answers the same frame of the dry."""

    sample_rate: int  # Hz
    dry: Signal
    wet: Signal
    delay: int  # frames by which the wet was late

    @property
    def held_out(self) -> int:
        """Return the frames at the end that no training hears."""
        most = round(HELD_OUT_SECONDS * self.sample_rate)
        return min(round(HELD_OUT_SHARE * len(self.dry)), most)


def read_recording(pair: Pair, sample_rate: int, delay: int | None, say: Say) -> Recording:
    """Return a pair at a rate, aligned; what is found is told, one line each.

    `delay` in frames of the files; None: it is searched. RtAudioGenError, in one line, for
    recordings that nothing can be learnt from.
    """
    dry, rate = _read(pair.dry, say)
    wet, other = _read(pair.wet, say)
    names = f"{shown(pair.dry)} and {shown(pair.wet)}"
    if rate != other:
        raise RtAudioGenError(
            f"{names}: have {rate} and {other} Hz; export both at the same sample rate"
        )
    for path, signal in ((pair.dry, dry), (pair.wet, wet)):
        _check_level(path, signal, say)
    found = _delay(names, dry, wet, rate, say) if delay is None else delay
    dry, wet = _cut(names, dry, wet, found, rate, say)
    if delay is None:
        _tell_drift(names, dry, wet, rate, say)
    _tell_noise(pair.wet, dry, wet, rate, say)
    if rate != sample_rate:
        say(f"{names}: converted from {rate} to {sample_rate} Hz")
        dry, wet = (soxr.resample(signal, rate, sample_rate, "VHQ") for signal in (dry, wet))
    recording = Recording(sample_rate, dry, wet, found)
    if np.abs(recording.wet[-recording.held_out :]).max() < SILENT_PEAK:
        raise RtAudioGenError(
            f"{shown(pair.wet)}: its last {recording.held_out / sample_rate:.1f} s are silent, but "
            "they are held out to measure the error; cut the silence off"
        )
    return recording


def _read(path: Path, say: Say) -> tuple[Signal, int]:
    sound = read_whole(path)
    for notice in sound.notices:
        say(notice)
    seconds = len(sound.signal) / sound.sample_rate
    if seconds < LEAST_SECONDS:
        raise RtAudioGenError(
            f"{shown(path)}: {seconds:.2f} s; expected {LEAST_SECONDS:g} s or more, better minutes"
        )
    return np.ascontiguousarray(sound.signal, np.float32), sound.sample_rate


def _check_level(path: Path, signal: Signal, say: Say) -> None:
    """Refuse silence; tell of clipping and of a level that wastes resolution."""
    peak = float(np.abs(signal).max())
    if peak < SILENT_PEAK:
        raise RtAudioGenError(f"{shown(path)}: silent (its peak is below -60 dB); expected a sound")
    level = 20 * np.log10(peak)
    clipped = _clipped(signal)
    if clipped:
        say(f"{shown(path)}: {clipped} frames are clipped at full scale; record it quieter")
    elif level < QUIET_DB:
        say(f"{shown(path)}: its peak is at {level:.1f} dB; record it louder if there is hiss")


def _clipped(signal: Signal) -> int:
    """Return how many frames stand in runs at full scale."""
    full = np.abs(signal) >= FULL_SCALE
    edges = np.flatnonzero(np.diff(np.concatenate([[False], full, [False]]).astype(np.int8)))
    runs = edges[1::2] - edges[::2]
    return int(runs[runs >= CLIPPED_RUN].sum())


def _delay(names: str, dry: Signal, wet: Signal, rate: int, say: Say) -> int:
    """Return the delay to take out: somewhat less than is found, as nothing must come too early.

    An answer that begins before the frame that causes it cannot be learnt. What is left is a delay
    of the capture, which nobody hears.
    """
    delay = delay_between(dry, wet, rate)
    if abs(delay.likeness) < LEAST_LIKENESS:
        raise RtAudioGenError(
            f"{names}: do not resemble each other at any delay within {MOST_SECONDS:g} s "
            f"(correlation {abs(delay.likeness):.2f}); are they of the same take?"
        )
    side = "late" if delay.frames >= 0 else "early"
    turned = ", inverted (the model will invert, too)" if delay.likeness < 0 else ""
    say(
        f"the wet is {abs(delay.frames)} frames ({abs(delay.frames) / rate * 1000:.2f} ms) {side}, "
        f"correlation {abs(delay.likeness):.2f}{turned}"
    )
    return max(delay.frames - round(MARGIN_SECONDS * rate), min(delay.frames, 0))


def _cut(
    names: str, dry: Signal, wet: Signal, delay: int, rate: int, say: Say
) -> tuple[Signal, Signal]:
    """Return what both recordings have, the delay taken out."""
    begun = (dry, wet[delay:]) if delay >= 0 else (dry[-delay:], wet)
    frames = min(map(len, begun))
    longest = max(len(dry), len(wet))
    lost = longest - frames - abs(delay)
    if frames < (1 - MOST_LEFT_OUT) * longest and frames < longest - rate:
        raise RtAudioGenError(
            f"{names}: have {len(dry) / rate:.2f} and {len(wet) / rate:.2f} s; "
            "expected recordings of the same length"
        )
    if lost > 0:
        say(f"the last {lost / rate:.2f} s of the longer recording are not used")
    if frames / rate < GOOD_SECONDS:
        say(f"{frames / rate:.1f} s are little to learn from; some minutes are better")
    return begun[0][:frames], begun[1][:frames]


def _tell_drift(names: str, dry: Signal, wet: Signal, rate: int, say: Say) -> None:
    """Tell if the delay at the end differs from the one at the beginning."""
    part = len(dry) // 3
    first, last = (
        delay_between(dry[part_of], wet[part_of], rate, DRIFT_HEARD)
        for part_of in (slice(part), slice(-part, None))
    )
    sure = min(abs(first.likeness), abs(last.likeness)) > 4 * LEAST_LIKENESS
    moved = last.frames - first.frames
    if sure and abs(moved) > DRIFT_SECONDS * rate:
        say(
            f"{names}: the wet drifts by {moved} frames from beginning to end, as with two clocks; "
            "record both with one interface"
        )


def _tell_noise(path: Path, dry: Signal, wet: Signal, rate: int, say: Say) -> None:
    """Tell of noise of the wet recording in long pauses of the dry one, and whether it hums."""
    size = round(PAUSE_SECONDS * rate)
    count = len(dry) // size
    peaks = np.abs(dry[: count * size]).reshape(count, size).max(axis=1)
    silent = peaks < 10 ** (PAUSE_DB / 20) * peaks.max()
    settled = silent & np.roll(silent, 1) & np.roll(silent, 2)  # what rang has faded
    settled[:2] = False
    if not settled.any():
        return
    parts = wet[: count * size].reshape(count, size)
    noise = parts[settled].astype(np.float64).ravel()
    below = 10 * np.log10((np.mean(noise**2) + 1e-20) / np.mean(wet.astype(np.float64) ** 2))
    if below > NOISE_DB:
        hum = _hum(noise, rate)
        kind = f"hum at {hum} Hz" if hum else "noise"
        say(f"{shown(path)}: {kind} in the pauses, {below:.0f} dB against the sound; it is learnt")


def _hum(noise: NDArray[np.float64], rate: int) -> int:
    """Return the mains frequency whose multiples hold most of the noise's power, or 0."""
    size = round(PAUSE_SECONDS * rate)  # an exact number of periods of 50 and 60 Hz
    power = np.mean(np.abs(np.fft.rfft(noise.reshape(-1, size))) ** 2, axis=0)
    for mains in (50, 60):
        multiples = np.arange(1, 9) * round(mains * PAUSE_SECONDS)
        if power[multiples].sum() > 0.5 * power[1:].sum():
            return mains
    return 0
