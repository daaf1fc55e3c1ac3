"""Arithmetic of the loop window and of the visible part of a stream."""

from dataclasses import dataclass
from enum import Enum, auto

CLOSEST_FRAMES = 16  # the fewest that can be visible


class Grip(Enum):
    """The part of the window that the user drags."""

    START = auto()
    END = auto()
    BODY = auto()
    NEW = auto()  # a new window that begins at the mouse


@dataclass(frozen=True)
class Window:
    """Code frames `first` … `end` (exclusive) of a stream of `frames` ≥ 1; never empty."""

    first: int
    end: int
    frames: int

    @classmethod
    def of_shares(cls, start: float, end: float, frames: int) -> "Window":
        """Return the window between two shares 0 … 1 of the stream, in either order."""
        low, high = sorted((start, end))
        first = min(max(round(low * frames), 0), frames - 1)
        return cls(first, min(max(round(high * frames), first + 1), frames), frames)

    @property
    def shares(self) -> tuple[float, float]:
        """Start and end as shares of the stream."""
        return self.first / self.frames, self.end / self.frames

    @property
    def whole(self) -> bool:
        """True if the window is the whole stream."""
        return self.end - self.first == self.frames

    def described(self, frames_per_second: float) -> str:
        """Return a description in words, with seconds."""
        whole = f"{self.frames / frames_per_second:.2f} s"
        if self.whole:
            return f"all of {whole}"
        start, end = self.first / frames_per_second, self.end / frames_per_second
        return f"loop {start:.2f} … {end:.2f} s ({self.end - self.first} codes) of {whole}"

    def moved(self, by: int) -> "Window":
        """Return a window of the same length, moved within the stream."""
        by = min(max(by, -self.first), self.frames - self.end)
        return Window(self.first + by, self.end + by, self.frames)

    def with_start(self, first: int) -> "Window":
        """Return a window with another start; at least one frame is left."""
        return Window(min(max(first, 0), self.end - 1), self.end, self.frames)

    def with_end(self, end: int) -> "Window":
        """Return a window with another end; at least one frame is left."""
        return Window(self.first, max(min(end, self.frames), self.first + 1), self.frames)

    def dragged(self, grip: Grip, origin: int, to: int) -> "Window":
        """Return the window after dragging `grip` from frame `origin` to frame `to`."""
        if grip is Grip.START:
            return self.with_start(self.first + to - origin)
        if grip is Grip.END:
            return self.with_end(self.end + to - origin)
        if grip is Grip.BODY:
            return self.moved(to - origin)
        low, high = sorted((origin, to))
        first = min(max(low, 0), self.frames - 1)
        return Window(first, min(max(high, first + 1), self.frames), self.frames)


@dataclass(frozen=True)
class VisibleRange:
    """The shares `left` … `left + span` of a stream."""

    left: float = 0.0
    span: float = 1.0

    def zoomed(self, factor: float, around: float, frames: int) -> "VisibleRange":
        """Return a range closer by `factor`; the share `around` stays at its place on the
        screen.
        """
        least = min(1.0, CLOSEST_FRAMES / frames)
        span = min(max(self.span / factor, least), 1.0)
        return VisibleRange(around - (around - self.left) * span / self.span, span)._within()

    def panned(self, spans: float) -> "VisibleRange":
        """Return a range moved sideways by a multiple of its own length."""
        return VisibleRange(self.left + spans * self.span, self.span)._within()

    def showing(self, start: float, end: float) -> "VisibleRange":
        """Return the range moved as little as needed to show `start` … `end`, if that fits."""
        left = max(self.left, end - self.span)
        return VisibleRange(min(left, start), self.span)._within()

    def _within(self) -> "VisibleRange":
        return VisibleRange(min(max(self.left, 0.0), 1.0 - self.span), self.span)
