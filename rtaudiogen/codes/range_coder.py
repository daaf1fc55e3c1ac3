"""A range coder: symbols take as many bits as their probabilities require, in whole numbers only.

G. N. N. Martin, "Range encoding: an algorithm for removing redundancy from a digitised message",
1979. A symbol is a span of a total: it begins at `start` and is `size` wide, both in units of
1 / `total`. Everything is [control].
"""

BITS = 64  # of the interval
FULL = (1 << BITS) - 1
LEAST = 1 << BITS - 8  # width of the interval below which a byte is moved out
MOST_TOTAL = 1 << 32  # leaves 24 bits for the width of a symbol


class RangeEncoder:
    """An encoder of symbols into bytes."""

    def __init__(self) -> None:
        self._low, self._width = 0, FULL
        self._bytes = bytearray()

    def encode(self, start: int, size: int, total: int) -> None:
        """Write a symbol: 0 ≤ start < start + size ≤ total ≤ MOST_TOTAL."""
        unit = self._width // total
        self._low += start * unit
        self._width = size * unit
        if self._low > FULL:
            self._low &= FULL
            _carry(self._bytes)
        while self._width < LEAST:
            self._bytes.append(self._low >> BITS - 8)
            self._low = self._low << 8 & FULL
            self._width <<= 8

    def finish(self) -> bytes:
        """Return all bytes, as few as the last symbol requires."""
        for count in range(BITS // 8 + 1):
            step = 1 << BITS - 8 * count
            value = -(-self._low // step) * step  # the next multiple: its other bytes are 0
            if value < self._low + self._width:
                break
        if value > FULL:
            value &= FULL
            _carry(self._bytes)
        tail = value.to_bytes(BITS // 8, "big")[:count]
        return bytes(self._bytes + tail).rstrip(b"\0")


class RangeDecoder:
    """A decoder of the symbols; after the last byte it reads zeros."""

    def __init__(self, payload: bytes) -> None:
        self._rest = iter(payload)
        self._value, self._width = 0, FULL  # the value is counted from the interval's beginning
        for _ in range(BITS // 8):
            self._value = self._value << 8 | next(self._rest, 0)

    def place(self, total: int) -> int:
        """Return a number from 0 to total - 1 that lies in the next symbol's span."""
        return min(self._value // (self._width // total), total - 1)

    def take(self, start: int, size: int, total: int) -> None:
        """Advance behind the symbol with that span."""
        unit = self._width // total
        self._value -= start * unit
        self._width = size * unit
        while self._width < LEAST:
            self._value = (self._value << 8 | next(self._rest, 0)) & FULL
            self._width <<= 8


def _carry(digits: bytearray) -> None:
    """Add 1 to the last digit of a number in base 256."""
    place = len(digits) - 1
    while digits[place] == 255:
        digits[place] = 0
        place -= 1
    digits[place] += 1
