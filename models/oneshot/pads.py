"""Sixteen pads: their keys, and the classes of a model that they begin with.

Keys 36 … 51 strike pads 1 … 16 in order: pad controllers have their keys there, and General MIDI
its most used drums. A pad's class is the General MIDI drum on its key, with three exceptions:
General MIDI has six toms, of which electronic kits strike 43, 45 and 48. The other three keys, 41,
47 and 50, are hand drum, bell and shaker, so that their many General MIDI keys above 51 have a pad
to strike. If a model has other classes, pads share the ones that it has.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

PADS = 16
FIRST_KEY = 36


class Pad(NamedTuple):
    """The classes that a pad prefers, best first: names that have all of these words."""

    wanted: tuple[str, ...]
    semitones: float = 0.0  # pitch if it shares a class with other pads
    level_db: float = 0.0  # of its drum: hits are equally loud, the drums of a kit are not
    pan: float = 0.0  # of its drum, as the drummer sits

    def finds(self, name: str) -> bool:
        """Return True if the pad prefers a class."""
        return any(is_called(name, words) for words in self.wanted)


SNARE = Pad(("snare", "sd", "sn"))
CLOSED = ("closed hat", "closed hihat", "closed hh", "ch", "hat", "hihat", "hh", "cymbal")
LAYOUT = (
    Pad(("kick", "bass drum", "bassdrum", "bd")),
    Pad(("rim", "stick", "sidestick", "rs", "clave", "block"), level_db=-4.0, pan=-0.1),
    SNARE,
    Pad(("clap", "cp", "snap"), level_db=-3.0, pan=0.15),
    SNARE,
    Pad(("hand", "conga", "bongo", "djembe", "tabla", "floor tom", "tom"), level_db=-4.0, pan=-0.5),
    Pad(CLOSED, level_db=-9.0, pan=-0.35),
    Pad(("low tom", "floor tom", "tom", "lt"), -4.0, pan=0.4),
    Pad(("pedal hat", "foot hat", *CLOSED), level_db=-10.0, pan=-0.35),
    Pad(("mid tom", "tom", "mt"), pan=0.1),
    Pad(
        ("open hat", "open hihat", "open hh", "oh", "hat", "hihat", "hh", "cymbal"),
        level_db=-7.0,
        pan=-0.35,
    ),
    Pad(("bell", "cowbell", "agogo", "triangle", "cb"), level_db=-7.0, pan=0.25),
    Pad(("high tom", "hi tom", "tom", "ht"), 4.0, pan=-0.2),
    Pad(("crash", "splash", "china", "cymbal", "cy"), level_db=-5.0, pan=-0.55),
    Pad(("shaker", "maraca", "tambourine", "cabasa"), level_db=-10.0, pan=0.55),
    Pad(("ride", "cymbal", "cy"), level_db=-11.0, pan=0.45),
)
RIM, HAND, CLOSED_HAT, MID_TOM, OPEN_HAT, BELL, HIGH_TOM, CRASH, SHAKER, RIDE = (
    1, 5, 6, 9, 10, 11, 12, 13, 14, 15
)  # fmt: skip
ELSEWHERE = {
    22: CLOSED_HAT, 26: OPEN_HAT,  # the edges of electronic kits' hats
    35: 0,
    52: CRASH, 53: RIDE, 54: SHAKER, 55: CRASH, 56: BELL, 57: CRASH, 58: SHAKER, 59: RIDE,
    60: HAND, 61: HAND, 62: HAND, 63: HAND, 64: HAND, 65: HIGH_TOM, 66: MID_TOM,
    67: BELL, 68: BELL, 69: SHAKER, 70: SHAKER, 71: BELL, 72: BELL, 73: SHAKER, 74: SHAKER,
    75: RIM, 76: RIM, 77: RIM, 78: HAND, 79: HAND, 80: BELL, 81: BELL, 82: SHAKER,
}  # fmt: skip
HATS = ("hat", "hihat", "hh", "ch", "oh")


def pad_of(key: int) -> int | None:
    """Return the pad that a MIDI note strikes; None: no pad. [any]"""
    pad = key - FIRST_KEY
    return pad if 0 <= pad < PADS else ELSEWHERE.get(key)


def assign(classes: Sequence[str]) -> tuple[int, ...]:
    """Return (PADS,) the class that each pad begins with: a preferred one, else the least used.

    0 everywhere without classes.
    """
    used = [0] * max(1, len(classes))
    chosen = [-1] * PADS

    def give(pad: int, candidates: Sequence[int]) -> None:
        chosen[pad] = min(candidates, key=lambda index: (used[index], index))
        used[chosen[pad]] += 1

    for pad, wish in enumerate(LAYOUT):
        fitting = (
            [index for index, name in enumerate(classes) if is_called(name, words)]
            for words in wish.wanted
        )
        best = next(filter(None, fitting), None)
        if best is not None:
            give(pad, best)
    for pad in range(PADS):
        if chosen[pad] < 0:
            give(pad, range(len(used)))
    return tuple(chosen)


def is_called(name: str, words: str) -> bool:
    """Return True if each word begins a part of the name; a word of two letters must be all
    of it.
    """
    parts = [part.lower() for part in re.findall(r"[A-Z]?[a-z]+|[A-Z]+|\d+", name)]
    return all(
        any(part == word or (len(word) > 2 and part.startswith(word)) for part in parts)
        for word in words.split()
    )


def is_hat(name: str) -> bool:
    """Return True for a hi-hat, whose hits end one another."""
    return any(is_called(name, words) for words in HATS)
