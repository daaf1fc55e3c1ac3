"""Place of a hit in latent space, as a pure function of what is requested.

The network's latents are uniform in -1 … 1. Here they are treated as normal numbers, g, that become
uniform at the end: erf(g / √2). Two independent points a, b of unit variance give another one by a
turn, cos φ · a + sin φ · b. So every mixture stays where the network was trained; a straight line
between two uniform points would pass near the middle, which the network hardly saw.

Every random vector is named by its purpose, none is drawn after another: so hit 100000 costs as
much as the first, and the same name gives the same bits.
"""

import math
from enum import IntEnum
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from rtaudiogen.kernel_cache import cached_njit

from ..compiled.random_numbers import uniform

STEP = 0.12  # size of a mutation, as a share of a quarter turn
DRIFT_HITS = 8  # hits from one point of a drift to the next
SOFTEST = 0.5  # the greatest distance of the softest layer, as a share of a quarter turn
LEAST_SPREAD = 0.35  # of takes after the first: nearer ones would share its faults
WORD = (1 << 64) - 1

Point = NDArray[np.float64]  # (latent,) normal numbers


class Name(IntEnum):
    """Purposes of random vectors."""

    ANCHOR = 0
    MUTATION = 1
    HIT = 2
    DRIFT = 3
    SOFT = 4
    SAMPLE = 5
    VARIATION = 6


class Anchor(NamedTuple):
    """The point that a pad's hits are variations of."""

    pad: int
    number: int
    mutations: int


class Place(NamedTuple):
    """Place of a hit in latent space; shares are of a quarter turn, 0 … 1."""

    anchor: Anchor
    partner: Anchor | None  # crossed with it
    blend: float
    drift: float
    spread: float
    softness: float
    number: int  # of the hit


def of_hit(seed: int, place: Place, latent: int, take: int = 0) -> NDArray[np.float32]:
    """Return a hit's latent, (latent,) in -1 … 1; every `take` is another variation. [any]"""
    pad = place.anchor.pad
    point = of_anchor(place.anchor, latent)
    if place.partner is not None:
        turn(point, of_anchor(place.partner, latent), place.blend)
    if place.drift > 0:
        turn(point, _drift(seed, pad, place.number, latent), place.drift)
    if place.spread > 0 or take:
        of_whom = seed if place.spread > 0 else 0  # without spread, all seeds give the same
        name = (of_whom, Name.HIT, pad, place.number, *_of_take(take))
        turn(point, normals(latent, *name), max(place.spread, LEAST_SPREAD if take else 0.0))
    if place.softness > 0:
        turn(point, normals(latent, seed, Name.SOFT, pad), SOFTEST * place.softness)
    return to_uniform(point)


def of_sample(
    seed: int, spread: float, around: int, latent: int, take: int = 0, centre: int = 0
) -> NDArray[np.float32]:
    """Return (latent,) in -1 … 1: at `spread` 1 the seed's own, at 0 that of seed `around`. [any]

    Every `take` is another variation; `centre` is the take of `around` that is varied.
    """
    if spread >= 1:
        return to_uniform(normals(latent, seed, Name.SAMPLE, *_of_take(take)))
    point = normals(latent, around, Name.SAMPLE, *_of_take(centre))
    if spread > 0:
        turn(point, normals(latent, seed, Name.VARIATION, *_of_take(take)), spread)
    return to_uniform(point)


def _of_take(take: int) -> tuple[int, ...]:
    """Return the end of a take's name; the first take has none."""
    return (take,) if take else ()


def normals(latent: int, *name: int) -> Point:
    """Return (latent,) independent normal numbers that belong to a name. [any]"""
    point = np.empty(latent)
    _fill_normals(stream(*name), point)
    return point


def stream(*name: int) -> np.uint64:
    """Return a stream of `random_numbers` for a name of whole numbers. [any]"""
    word = 0
    for part in name:
        word = (word ^ (part & WORD)) * 0xD1342543DE82EF95 + 0x9E3779B97F4A7C15 & WORD
        word = (word ^ word >> 31) * 0xBF58476D1CE4E5B9 & WORD
        word ^= word >> 29
    return np.uint64(word)


def of_anchor(anchor: Anchor, latent: int) -> Point:
    """Return an anchor's point, the same for every seed, so that users can note its number. [any]

    Points of different pads differ, because two points that are crossed must be independent.
    """
    name = (anchor.pad, anchor.number)
    point = normals(latent, Name.ANCHOR, *name)
    for mutation in range(anchor.mutations):
        turn(point, normals(latent, Name.MUTATION, *name, mutation), STEP)
    return point


def _drift(seed: int, pad: int, number: int, latent: int) -> Point:
    """Return a point on a path from point to point, hit by hit."""
    leg, step = divmod(number, DRIFT_HITS)
    point = normals(latent, seed, Name.DRIFT, pad, leg)
    turn(point, normals(latent, seed, Name.DRIFT, pad, leg + 1), step / DRIFT_HITS)
    return point


def to_uniform(point: Point) -> NDArray[np.float32]:
    """Return normal numbers as uniform ones in -1 … 1. [any]"""
    out = np.empty(len(point), np.float32)
    _fill_uniform(point, out)
    return out


def turn(point: Point, other: Point, share: float) -> None:
    """Turn `point` to an independent one by a share of a quarter turn, 0 … 1. [any]"""
    if share <= 0:
        return
    _turn(point, other, math.cos(share * math.pi / 2), math.sin(share * math.pi / 2))


@cached_njit(nogil=True, error_model="numpy")
def _turn(point: Point, other: Point, cosine: float, sine: float) -> None:
    for k in range(len(point)):
        point[k] = cosine * point[k] + sine * other[k]


@cached_njit(nogil=True, error_model="numpy")
def _fill_normals(stream: np.uint64, out: Point) -> None:
    """Fill `out` with normal numbers by the method of Box and Muller 1958."""
    for k in range(len(out)):
        radius = math.sqrt(-2.0 * math.log(1.0 - uniform(stream, 2 * k)))
        out[k] = radius * math.cos(2.0 * math.pi * uniform(stream, 2 * k + 1))


@cached_njit(nogil=True, error_model="numpy")
def _fill_uniform(point: Point, out: NDArray[np.float32]) -> None:
    for k in range(len(point)):
        out[k] = math.erf(point[k] * math.sqrt(0.5))
