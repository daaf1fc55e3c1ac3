"""Corpus of one-shots from a folder, with the checks before a training.

Every hit is brought to the same form (from its onset, at full level, faded if it is too long), and
everything that was changed or left out is reported in a line.
"""

import re
import zlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rtaudiogen.errors import RtAudioGenError

from ...sounds.audio_folder import Clip, find_clips, load_or_complain, native_rates
from ...sounds.copies import copy_groups
from ...sounds.note_labels import Say

CLASS_COLUMNS = ("class", "label", "instrument")
SHORTEST_SECONDS = 0.01
ONSET_DB = -40.0  # of the peak: quieter sound before it does not belong to the hit
BEFORE_ONSET_SECONDS = 0.001
LATE_SECONDS = 0.005  # a later onset is reported
FADE_SECONDS = 0.03
PEAK = 0.89  # -1 dBFS
FEWEST, FEW = 8, 100  # hits: refused below the first, warned of below the second
FEW_IN_CLASS = 10
HELD_OUT = 1 / 8  # of a class
LARGEST_GROUP = 1 / 4  # of a class: a larger group is not held out as one
GUESSED, SYNTHETIC = "auto", "dsp-synth"  # values of the columns `label_src` and `source`


@dataclass(frozen=True)
class Hits:
    """A set of one-shots."""

    signals: NDArray[np.float32]  # (hits, frames) from their onset, peak ≤ 1, 0 after their end
    classes: NDArray[np.int64]  # (hits,) indices into Corpus.classes
    sources: tuple[str, ...]  # (hits,) licence and source, where a metadata.csv names them
    synthetic: NDArray[np.bool_]  # (hits,) fillers that a synthesiser made

    def __len__(self) -> int:
        """Return the number of hits."""
        return len(self.classes)

    def only(self, chosen: NDArray[np.bool_]) -> "Hits":
        """Return the hits where `chosen` (hits,) is true."""
        sources = tuple(s for s, wanted in zip(self.sources, chosen, strict=True) if wanted)
        return Hits(self.signals[chosen], self.classes[chosen], sources, self.synthetic[chosen])


@dataclass(frozen=True)
class Corpus:
    """Training hits, and held-out hits of other drums, not other takes of the same."""

    sample_rate: int
    classes: tuple[str, ...]
    training: Hits
    held_out: Hits


def read(folder: Path, sample_rate: int, frames: int, say: Say = print) -> Corpus:
    """Return all one-shots of a folder, split the same way every time.

    Classes are its sub-folders, or the column `class` of its metadata.csv. RtAudioGenError, one
    line, if there is too little to learn from.
    """
    clips = _at_one_rate(_with_sure_labels(find_clips(folder, CLASS_COLUMNS, say), say))
    taken: list[Clip] = []
    signals: list[NDArray[np.float32]] = []
    done: Counter[str] = Counter()
    for clip in clips:
        signal, reason = _loaded(clip, sample_rate, say)
        if reason:
            done[f"left out: {reason}"] += 1
            continue
        taken.append(clip)
        signals.append(_in_form(signal, sample_rate, frames, done))
    for what, count in sorted(done.items()):
        say(f"{count} of {len(clips)} {what}")
    if len(taken) < FEWEST:
        raise RtAudioGenError(
            f"{folder}: only {len(taken)} usable sounds; expected at least {FEWEST}, and {FEW} or "
            "more to make new ones"
        )
    return _split(taken, np.stack(signals), sample_rate, say)


def _with_sure_labels(clips: Sequence[Clip], say: Say) -> list[Clip]:
    """Return the clips without those whose class is a guess."""
    sure = [clip for clip in clips if clip.facts.get("label_src") != GUESSED]
    if len(sure) < len(clips):
        say(f"{len(clips) - len(sure)} of {len(clips)} left out: their class is only a guess")
    return sure


def _at_one_rate(clips: Sequence[Clip]) -> list[Clip]:
    """Return each sound once, at the first rate, if a table lists several (16k/…, 44k/…)."""
    found: dict[str, Clip] = {}
    for clip in clips:
        found.setdefault(clip.facts.get("sha") or str(clip.path), clip)
    by_name: dict[tuple[str, str], Clip] = {}
    for clip in found.values():
        name = (clip.instrument, clip.path.stem) if clip.facts else (str(clip.path), "")
        by_name.setdefault(name, clip)
    return list(by_name.values())


def _loaded(clip: Clip, sample_rate: int, say: Say) -> tuple[NDArray[np.float32], str | None]:
    signal, reason = load_or_complain(clip.path, sample_rate, SHORTEST_SECONDS, say)
    return signal, None if reason == "clipped" else reason


def _in_form(
    signal: NDArray[np.float32], sample_rate: int, frames: int, done: Counter[str]
) -> NDArray[np.float32]:
    """Return (frames,) from the onset, without DC, faded out at the end, at full level."""
    signal = signal - np.float32(signal.mean())
    level = np.abs(signal)
    onset = int(np.argmax(level > level.max() * 10 ** (ONSET_DB / 20)))
    onset = max(0, onset - round(BEFORE_ONSET_SECONDS * sample_rate))
    if onset > LATE_SECONDS * sample_rate:
        done["begin late: cut to their onset"] += 1
    if len(signal) - onset > frames:
        done[f"are longer than {frames / sample_rate:.2f} s: faded out there"] += 1
    signal = signal[onset : onset + frames].copy()
    fade = min(len(signal), round(FADE_SECONDS * sample_rate))
    signal[-fade:] *= np.linspace(1, 0, fade, dtype=np.float32) ** 2
    form = np.zeros(frames, np.float32)
    form[: len(signal)] = signal * np.float32(PEAK / np.abs(signal).max())
    return form


def _split(
    clips: Sequence[Clip], signals: NDArray[np.float32], sample_rate: int, say: Say
) -> Corpus:
    classes = tuple(sorted({clip.instrument for clip in clips}))
    hits = Hits(
        signals,
        np.array([classes.index(clip.instrument) for clip in clips], np.int64),
        tuple(_source(clip) for clip in clips),
        np.array([clip.facts.get("source") == SYNTHETIC for clip in clips]),
    )
    spared = _spared(clips, hits, copy_groups(list(signals), sample_rate, native_rates(clips)))
    counts = Counter(clip.instrument for clip in clips)
    say(
        f"{len(clips)} hits in {len(classes)} classes, {int(spared.sum())} of them held out: "
        + ", ".join(f"{name} {counts[name]}" for name in classes)
    )
    if len(clips) < FEW:
        say(f"WARNING: only {len(clips)} hits: expect copies and metallic tones; use {FEW} or more")
    if len(classes) > 1 and (few := [n for n in classes if counts[n] < FEW_IN_CLASS]):
        say(f"WARNING: fewer than {FEW_IN_CLASS} hits in: {', '.join(few)}")
    if not spared.any():  # measure with the training hits, because there are no others
        return Corpus(sample_rate, classes, hits, hits)
    return Corpus(sample_rate, classes, hits.only(~spared), hits.only(spared))


def _source(clip: Clip) -> str:
    licence = clip.facts.get("licence", "")
    return f"{licence} ({clip.facts.get('source') or 'source not named'})" if licence else ""


def _spared(clips: Sequence[Clip], hits: Hits, copied: Sequence[int]) -> NDArray[np.bool_]:
    """Return True for the held-out hits: an eighth or so of each class.

    If possible whole drums are held out, and always all copies of a sound, whatever their classes;
    `copied` groups hits that are copies of each other. A filler says nothing about real drums, so
    neither a filler nor its copies are ever held out.
    """
    named = [(f"{c.instrument}/{_drum(c)}", copy) for c, copy in zip(clips, copied, strict=True)]
    drums, single = _grouped(named), _grouped([(copy,) for copy in copied])
    sizes = np.bincount(hits.classes[~hits.synthetic], minlength=int(hits.classes.max()) + 1)
    spared = np.zeros(len(clips), np.bool_)
    for index, size in enumerate(sizes.tolist()):
        wanted = round(HELD_OUT * size)
        small = _eligible(drums, hits, index, LARGEST_GROUP * sizes)
        groups = small or _eligible(single, hits, index, np.round(HELD_OUT * sizes) + 1)
        for group in sorted(groups, key=lambda group: _digest(clips[group[0]])):
            own = int((hits.classes[group] == index).sum())
            there = int(spared[hits.classes == index].sum())
            if not spared[group].any() and there + own <= wanted + 1 and there < wanted:
                spared[group] = True
    return spared


def _eligible(
    groups: Sequence[list[int]], hits: Hits, index: int, most: NDArray[np.floating]
) -> list[list[int]]:
    """Return the groups in a class that are no larger than `most` (classes,) in any class.

    The hits of the class come first in them.
    """
    found = []
    for group in groups:
        counts = np.bincount(hits.classes[group], minlength=len(most))
        if counts[index] and (counts <= most).all() and not hits.synthetic[group].any():
            found.append(sorted(group, key=lambda position: hits.classes[position] != index))
    return found


def _grouped(keys: Sequence[tuple[object, ...]]) -> list[list[int]]:
    """Return the positions in groups that are linked by shared keys."""
    groups: dict[object, list[int]] = {}
    for position, own in enumerate(keys):
        known = [groups[key] for key in own if key in groups]
        joined = known[0] if known else []
        for other in known[1:]:
            if other is not joined:
                joined += other
                groups |= {key: joined for key in groups if groups[key] is other}
        joined.append(position)
        groups |= dict.fromkeys(own, joined)
    unique = {id(group): sorted(group) for group in groups.values()}
    return list(unique.values())


def _drum(clip: Clip) -> str:
    """Return a key that is equal for all takes of one drum: the file's name without its last
    number.
    """
    return clip.facts.get("source", "") + re.sub(r"[-_ ]?[a-z]?\d+$", "", clip.path.stem)


def _digest(clip: Clip) -> int:
    """Return a digest of the name, so that a new file moves no other one to the other set."""
    return zlib.crc32(_drum(clip).encode())
