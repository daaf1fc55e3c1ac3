"""Code streams to play from: the model's own, or a sound of the player's.

Regions are what keys start: labelled notes of the model's own, or what lies between the onsets of a
sound.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rtaudiogen.errors import RtAudioGenError

from ..codec import VQVAECodec
from ..coders import Coder

NO_KEY = -1
LOWEST_KEY = 36  # of regions without a pitch: C2 plays the first, each key above it the next
SHORTEST_SECONDS = 0.1
SILENT_PEAK = 1e-4
ONSET_RISE_DB, ONSET_FLOOR_DB = 9.0, -45.0  # against the quietest of the frames before, full scale
ONSET_FRAMES = 4  # that are compared with
ONSET_SECONDS = 0.12  # between two onsets, at least


@dataclass(frozen=True)
class Material:
    """Codes, and regions of them."""

    codes: NDArray[np.uint16]  # (N, stages), N ≥ 1
    regions: NDArray[np.int32]  # (M, 4), M ≥ 1: first and end code frame, key or NO_KEY, label

    def region(self, key: float, label: int) -> tuple[int, int]:
        """Return first and end frame of a key's region; its own label's regions first. [render]

        The nearest pitch where pitches are known, else the regions lie on the keys one by one.
        """
        regions = self.regions
        own = regions[regions[:, 3] == label] if label else regions
        regions = own if len(own) else regions
        pitched = regions[regions[:, 2] != NO_KEY]
        if len(pitched):
            chosen = pitched[np.abs(pitched[:, 2] - key).argmin()]
        else:
            chosen = regions[(round(key) - LOWEST_KEY) % len(regions)]
        return int(chosen[0]), int(chosen[1])


def read(tensors: Mapping[str, NDArray[Any]], stages: int, book: int = 1 << 16) -> Material:
    """Return the model file's own material, or one frame of the first code if it has none.

    A code is from 0 up to, not including, `book`. RtAudioGenError if it does not fit the model.
    """
    if "material.codes" not in tensors:
        return Material(np.zeros((1, stages), np.uint16), np.array([[0, 1, NO_KEY, 0]], np.int32))
    codes = np.ascontiguousarray(tensors["material.codes"], np.uint16)
    regions = np.ascontiguousarray(tensors.get("material.regions", ()), np.int32)
    if codes.ndim != 2 or codes.shape[1] != stages:
        raise RtAudioGenError(f"its material has {codes.shape} codes, expected {stages} a frame")
    given = tensors["material.codes"]
    if given.dtype.kind not in "iu" or ((given < 0) | (given >= book)).any():
        raise RtAudioGenError(f"its material has codes outside 0 … {book - 1}")
    if regions.ndim != 2 or regions.shape[1] != 4:
        raise RtAudioGenError(f"the regions of its material are {regions.shape}, expected (M, 4)")
    first, end = regions[:, 0], regions[:, 1]
    if not len(regions) or (first < 0).any() or (first >= end).any() or end.max() > len(codes):
        raise RtAudioGenError("the regions of its material lie outside of it")
    return Material(codes, regions)


def of_sound(packed: Coder, signal: NDArray[np.float32]) -> Material:
    """Return a sound (frames,) at the model's rate, encoded. [control]

    RtAudioGenError, one line, for one that is too short, silent or not finite.
    """
    config = packed.config
    if not np.isfinite(signal).all():
        raise RtAudioGenError("the sound has values that are not finite numbers")
    if len(signal) < SHORTEST_SECONDS * config.sample_rate:
        raise RtAudioGenError(f"the sound is shorter than {SHORTEST_SECONDS:g} s")
    if np.abs(signal).max() < SILENT_PEAK:
        raise RtAudioGenError("the sound is silent")
    frames = -(-len(signal) // config.hop)
    whole = np.zeros(frames * config.hop, np.float32)
    whole[: len(signal)] = signal
    hops = whole.reshape(frames, config.hop)
    codes = VQVAECodec(packed).encode(np.pad(whole, (0, config.look_ahead)))
    firsts = onsets(hops, config.code_rate)
    ends = [*firsts[1:], frames]
    regions = [(first, end, NO_KEY, 0) for first, end in zip(firsts, ends, strict=True)]
    return Material(codes, np.array(regions, np.int32))


def onsets(hops: NDArray[np.float32], code_rate: float) -> list[int]:
    """Return the code frames of (N, hop) sound at which something begins, the first included."""
    power = np.square(hops, dtype=np.float64).mean(axis=1)
    level = 10 * np.log10(np.maximum(power, 1e-12))
    apart = max(1, round(ONSET_SECONDS * code_rate))
    found = [0]
    for frame in range(1, len(level)):
        before = level[max(0, frame - ONSET_FRAMES) : frame].min()
        rises = level[frame] > max(before + ONSET_RISE_DB, ONSET_FLOOR_DB)
        if rises and frame - found[-1] >= apart:
            found.append(frame)
    return found
