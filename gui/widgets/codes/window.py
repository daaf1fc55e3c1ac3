"""The part of a stream that is looped, and the part of it that is looked at: arithmetic alone."""

from dataclasses import dataclass
from enum import Enum, auto

CLOSEST_FRAMES = 16  # that are looked at, at least


class Grip(Enum):
    """What of the window a hand has hold of."""

    START = auto()
    END = auto()
    BODY = auto()
    NEW = auto()  # a window that begins where the hand is


@dataclass(frozen=True)
class Window:
    """Code frames `first` … `end` (exclusive) of a stream of `frames` ≥ 1; never empty."""

    first: int
    end: int
    frames: int

    @classmethod
    def of_shares(cls, start: float, end: float, frames: int) -> "Window":
        """From shares 0 … 1 of the stream, in either order."""
        low, high = sorted((start, end))
        first = min(max(round(low * frames), 0), frames - 1)
        return cls(first, min(max(round(high * frames), first + 1), frames), frames)

    @property
    def shares(self) -> tuple[float, float]:
        """The same as shares of the stream."""
        return self.first / self.frames, self.end / self.frames

    @property
    def whole(self) -> bool:
        """Whether it is all of the stream."""
        return self.end - self.first == self.frames

    def described(self, frames_per_second: float) -> str:
        """In words, with seconds."""
        whole = f"{self.frames / frames_per_second:.2f} s"
        if self.whole:
            return f"all of {whole}"
        start, end = self.first / frames_per_second, self.end / frames_per_second
        return f"loop {start:.2f} … {end:.2f} s ({self.end - self.first} codes) of {whole}"

    def moved(self, by: int) -> "Window":
        """As long as before, elsewhere, within the stream."""
        by = min(max(by, -self.first), self.frames - self.end)
        return Window(self.first + by, self.end + by, self.frames)

    def with_start(self, first: int) -> "Window":
        """One frame is left at least."""
        return Window(min(max(first, 0), self.end - 1), self.end, self.frames)

    def with_end(self, end: int) -> "Window":
        """One frame is left at least."""
        return Window(self.first, max(min(end, self.frames), self.first + 1), self.frames)

    def dragged(self, grip: Grip, origin: int, to: int) -> "Window":
        """What it becomes when a hand that took hold of `grip` at frame `origin` goes to `to`."""
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
class Sight:
    """The shares `left` … `left + span` of a stream."""

    left: float = 0.0
    span: float = 1.0

    def zoomed(self, factor: float, around: float, frames: int) -> "Sight":
        """Closer by `factor`; the share `around` of the stream stays where it is seen."""
        least = min(1.0, CLOSEST_FRAMES / frames)
        span = min(max(self.span / factor, least), 1.0)
        return Sight(around - (around - self.left) * span / self.span, span)._within()

    def panned(self, spans: float) -> "Sight":
        """To the side, by so many times what is seen."""
        return Sight(self.left + spans * self.span, self.span)._within()

    def showing(self, start: float, end: float) -> "Sight":
        """Moved no further than it takes to see `start` … `end`, if that fits."""
        left = max(self.left, end - self.span)
        return Sight(min(left, start), self.span)._within()

    def _within(self) -> "Sight":
        return Sight(min(max(self.left, 0.0), 1.0 - self.span), self.span)
