"""Warnings about a generator, in words, each with the measured number."""

from collections.abc import Iterator, Sequence

from .measures import percent
from .metrics import SILENT_DB, Judge, Point, Verdict

SILENT = 0.3  # share of hits
FAINT_DB = 15.0  # below real hits
ALIKE = 0.4  # of the diversity of real hits
HUMMING = 0.5  # share of hits, beyond that of real ones
COPYING = 0.3  # the same
NOISY = 0.25  # of the peakiness of real hits
UNKNOWN = 0.25  # share of a class below which it counts as not recognised
FEWEST_OF_CLASS = 5  # hits that are needed to judge a class
WORSE, PATIENCE = 1.25, 3  # times the best distance, for so many verdicts


def alarms(history: Sequence[Point], judge: Judge) -> list[str]:
    """Return a sentence for each problem; empty if there is none.

    `history` is the training so far, at least one point; all sentences are about the latest.
    """
    verdict, real = Verdict.of(history[-1]), judge.real
    if verdict.silent > SILENT:  # the other measures mean little for silence
        silence = f"{percent(verdict.silent)} of the hits are below {SILENT_DB:.0f} dB"
        return [f"the generator makes silence: {silence}", *_worse(history)]
    return [*_sound(verdict, real), *_likeness(verdict, real), *_classes(verdict), *_worse(history)]


def _sound(verdict: Verdict, real: Verdict) -> Iterator[str]:
    """Yield the problems of single hits."""
    if verdict.level_db < real.level_db - FAINT_DB:
        yield (
            f"the generator makes clicks, or hardly any sound: the loudest 50 ms of a hit are at "
            f"{verdict.level_db:.0f} dB, those of a real one at {real.level_db:.0f} dB"
        )
    if verdict.hum > HUMMING:
        yield (
            f"the generator hums: a steady tone at {verdict.hum_hz:.0f} Hz in "
            f"{percent(verdict.hum)} of the hits beyond what real ones have there"
        )
    if verdict.peakiness < NOISY * real.peakiness:
        yield (
            "the generator makes noise: the strongest line of a hit has "
            f"{percent(verdict.peakiness)} of its energy, that of a real one "
            f"{percent(real.peakiness)}"
        )


def _likeness(verdict: Verdict, real: Verdict) -> Iterator[str]:
    """Yield the problems of all hits together."""
    if verdict.diversity is not None and verdict.diversity < ALIKE:
        yield (
            "the generator makes one sound: the difference of two hits of a class is "
            f"{percent(verdict.diversity)} of that of two real ones"
        )
    if verdict.copied > real.copied + COPYING:
        yield (
            f"the generator copies the training sounds: {percent(verdict.copied)} of the hits are "
            f"close to one; of the real hits, {percent(real.copied)} are close to another"
        )


def _classes(verdict: Verdict) -> Iterator[str]:
    if verdict.hits < FEWEST_OF_CLASS * len(verdict.by_class):
        return
    unknown = {name: share for name, share in verdict.by_class.items() if share < UNKNOWN}
    if len(unknown) > len(verdict.by_class) / 2 and verdict.accuracy is not None:
        yield f"most classes are not recognised: only {percent(verdict.accuracy)} of all hits are"
    elif unknown:
        shares = ", ".join(f"{name} ({percent(share)})" for name, share in unknown.items())
        yield f"classes whose hits are rarely recognised: {shares}"


def _worse(history: Sequence[Point]) -> Iterator[str]:
    best = min(history, key=lambda point: float(point["joint"]))
    latest = [float(point["joint"]) for point in history[-PATIENCE:]]
    if min(latest) > WORSE * best["joint"]:
        yield (
            f"the generator is getting worse: its distance from real hits is {latest[-1]:.1f}; the "
            f"best was {best['joint']:.1f} at step {best['step']}, which is kept"
        )
