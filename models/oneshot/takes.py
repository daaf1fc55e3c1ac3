"""The best of several renders of one hit: a network's hits are not all equally good.

Takes are numbered, and each is a function of its recipe and its number. So the choice is one, too,
and the same recipe gives the same bits wherever and whenever it is made.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from .decay import decay
from .finishing import Signal, finished

TAKES = 8  # at most: each costs a render
GOOD = 5.0  # unevenness of a take that is kept without hearing others
ECHO = 0.97  # likeness from which a hit seems to be the last one again
ECHO_WEIGHT = 200.0  # against unevenness
HEARD_SECONDS = 0.25  # of two hits that are compared

Render = Callable[[int], Signal]  # the network's output for a take's number, (frames,)


class Take(NamedTuple):
    """One of several renders of a hit."""

    number: int
    raw: Signal  # from the network, its own memory
    plain: Signal  # finished, whatever a performer does to it: that changes no choice


def best_take(
    render: Render, sample_rate: int, last: Signal | None = None, takes: int = TAKES
) -> Take:
    """Return the first good take, or else the best: even in its decay, not like `last`. [any]

    `last` is the plain form of the hit before.
    """
    best = heard(render, 0, sample_rate)
    least = _fault(best.plain, sample_rate, last)
    for number in range(1, takes):
        if least <= GOOD:
            break
        take = heard(render, number, sample_rate)
        fault = _fault(take.plain, sample_rate, last)
        if fault < least:
            best, least = take, fault
    return best


def heard(render: Render, number: int, sample_rate: int) -> Take:
    """Return the take of a number. [any]"""
    raw = render(number).copy()
    return Take(number, raw, finished(raw, sample_rate))


def _fault(plain: Signal, sample_rate: int, last: Signal | None) -> float:
    fault = decay(plain, sample_rate).unevenness
    if last is None:
        return fault
    frames = round(HEARD_SECONDS * sample_rate)
    return fault + ECHO_WEIGHT * max(0.0, likeness(plain[:frames], last[:frames]) - ECHO)


def likeness(one: Signal, other: Signal) -> float:
    """Return the correlation of two hits that begin together: 1 for the same, 0 for strangers."""
    frames = min(len(one), len(other))
    norm = float(np.linalg.norm(one)) * float(np.linalg.norm(other))
    return float(one[:frames] @ other[:frames]) / norm if norm > 0.0 else 0.0
