"""Convolution of a stream with a long response, without delay and with an even load.

Gardner (1995), with parts of equal length: the first part is computed frame by frame, the others by
a Fourier transform of the PART frames that have just ended. So a part's answer begins when it is
due, and the bits do not depend on how the stream is cut into blocks.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from rtaudiogen.generator import State
from rtaudiogen.kernel_cache import cached_njit

from ..compiled.state import restore, saved

PART = 128  # frames


class Convolution:
    """Convolves blocks of any size with a response (frames,)."""

    def __init__(self, response: NDArray[np.float32]) -> None:
        """Transform the response, and compile. [control]"""
        parts = max(1, -(-len(response) // PART))
        padded = np.zeros(parts * PART, np.float32)
        padded[: len(response)] = response
        cut = padded.reshape(parts, PART)
        self._head = np.ascontiguousarray(cut[0])
        self._later = np.fft.rfft(cut[1:], 2 * PART, axis=1).astype(np.complex64)
        self._spectra = np.zeros_like(self._later)  # of the input's last parts, in a circle
        self._heard = np.zeros(2 * PART, np.float32)  # the last whole part, and the present one
        self._due = np.zeros(2 * PART, np.float32)  # of later parts: the present one, and the next
        self._place = np.zeros(2, np.int64)  # frames of the present part; newest of the spectra
        self._live: dict[str, NDArray[Any]] = {
            "spectra": self._spectra,
            "heard": self._heard,
            "due": self._due,
            "place": self._place,
        }
        self.process(np.zeros(PART, np.float32), np.zeros(PART, np.float32))
        self.reset()

    def reset(self) -> None:
        """Forget the past. [render]"""
        for array in self._live.values():
            array[:] = 0

    def process(self, block: NDArray[np.float32], out: NDArray[np.float32]) -> None:
        """Fill `out` (frames,) with the answer to `block` (frames,). [render]"""
        done = 0
        while done < len(block):
            begin = int(self._place[0])
            count = min(PART - begin, len(block) - done)
            self._heard[PART + begin : PART + begin + count] = block[done : done + count]
            _answer(self._heard, self._head, self._due, begin, out[done : done + count])
            self._place[0] += count
            done += count
            if self._place[0] == PART:
                self._end_part()

    def _end_part(self) -> None:
        self._place[0] = 0
        self._due[:PART], self._due[PART:] = self._due[PART:], 0.0
        if len(self._later):
            newest = int(self._place[1] - 1) % len(self._later)
            padded = np.concatenate([self._heard[PART:], np.zeros(PART, np.float32)])
            self._spectra[newest] = np.fft.rfft(padded)
            self._place[1] = newest
            spectrum = np.zeros(PART + 1, np.complex64)
            _accumulate(self._spectra, self._later, newest, spectrum)
            self._due += np.fft.irfft(spectrum).astype(np.float32)
        self._heard[:PART] = self._heard[PART:]

    def save_state(self) -> State:
        """Return copies of the state. [render]"""
        return saved(self._live)

    def load_state(self, state: State) -> None:
        """Restore what `save_state` returned; ValueError for another response's. [render]"""
        restore(self._live, state, "the response")
        self._place %= (PART, max(1, len(self._later)))  # a damaged file must not lead outside


@cached_njit(nogil=True)
def _answer(
    heard: NDArray[np.float32],
    head: NDArray[np.float32],
    due: NDArray[np.float32],
    begin: int,
    out: NDArray[np.float32],
) -> None:
    for n in range(out.shape[0]):
        total = due[begin + n]
        for tap in range(PART):
            total += head[tap] * heard[PART + begin + n - tap]
        out[n] = total


@cached_njit(nogil=True)
def _accumulate(
    spectra: NDArray[np.complex64],
    later: NDArray[np.complex64],
    newest: int,
    out: NDArray[np.complex64],
) -> None:
    parts, bins = later.shape
    for part in range(parts):
        spectrum = spectra[(newest + part) % parts]
        for k in range(bins):
            out[k] += spectrum[k] * later[part, k]
