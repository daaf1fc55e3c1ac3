"""Code frames as bytes, chunk by chunk: in bits that hold any code, or in those a prior saves."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from ..generator import CodePredictor
from .range_coder import RangeDecoder, RangeEncoder

Codes = NDArray[np.uint16]  # (code frames, stages)


class Packing(Protocol):
    """One of two packings; chunks are packed, and unpacked, one after another."""

    def pack(self, codes: Codes) -> bytes:
        """Return a chunk's bytes."""

    def unpack(self, payload: bytes, frames: int) -> Codes | None:
        """Return what `pack` packed, (frames, stages); None if that is impossible."""


class PlainPacking:
    """Every code in the fewest bits that hold any code of its stage, the highest bit first.

    The last byte is filled with zeros.
    """

    def __init__(self, books: Sequence[int]) -> None:
        """Take the number of codes of each stage."""
        self._books = np.array(books)
        widths = [code_bits(size) for size in books]
        self._stage = np.repeat(np.arange(len(books)), widths)  # of each bit of a code frame
        self._shift = np.concatenate([np.arange(width)[::-1] for width in widths]).astype(np.uint16)
        self._first = np.cumsum([0, *widths[:-1]])

    def pack(self, codes: Codes) -> bytes:
        """Implement `Packing`."""
        return np.packbits(codes[:, self._stage] >> self._shift & 1).tobytes()

    def unpack(self, payload: bytes, frames: int) -> Codes | None:
        """Implement `Packing`."""
        if len(payload) != self.bytes_of(frames):
            return None
        bits = np.unpackbits(np.frombuffer(payload, np.uint8))[: frames * len(self._stage)]
        parts = bits.reshape(frames, -1).astype(np.uint32) << self._shift
        codes = np.add.reduceat(parts, self._first, axis=1)  # (frames, stages)
        return codes.astype(np.uint16) if (codes < self._books).all() else None

    def bytes_of(self, frames: int) -> int:
        """Return the bytes of so many code frames."""
        return -(-frames * len(self._stage) // 8)


class PredictedPacking:
    """Codes in as many bits as a prior finds them unlikely; whole numbers decide, so that another
    machine reads the same codes.
    """

    def __init__(self, predictor: CodePredictor) -> None:
        predictor.reset()
        self._predictor = predictor

    def pack(self, codes: Codes) -> bytes:
        """Implement `Packing`."""
        coder, predictor = RangeEncoder(), self._predictor
        for frame in codes:
            for stage, code in enumerate(frame.tolist()):
                ends = _ends(predictor.frequencies(stage, frame[:stage]))
                coder.encode(*_span(ends, code))
            predictor.take(frame)
        return coder.finish()

    def unpack(self, payload: bytes, frames: int) -> Codes | None:
        """Implement `Packing`."""
        coder, predictor = RangeDecoder(payload), self._predictor
        codes = np.zeros((frames, predictor.stages), np.uint16)
        for frame in codes:
            for stage in range(predictor.stages):
                ends = _ends(predictor.frequencies(stage, frame[:stage]))
                place = coder.place(int(ends[-1]))
                code = int(np.searchsorted(ends, place, side="right")) - 1
                coder.take(*_span(ends, code))
                frame[stage] = code
            predictor.take(frame)
        return codes


def code_bits(size: int) -> int:
    """Return the fewest bits that hold any of `size` codes."""
    return (size - 1).bit_length()


def _ends(frequencies: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return where each code's span begins, and the total at last."""
    return np.concatenate([[0], np.cumsum(frequencies)])


def _span(ends: NDArray[np.int64], code: int) -> tuple[int, int, int]:
    """Return a code's start, size and total, as plain numbers."""
    start, end = int(ends[code]), int(ends[code + 1])
    return start, end - start, int(ends[-1])
