"""Zone of the keyboard that a slot listens to."""

from dataclasses import dataclass


@dataclass(slots=True)
class Zone:
    """The keys and channels that a slot listens to, and its bend range."""

    channel: int = 0  # 1 … 16; 0: all
    low_key: int = 0
    high_key: int = 127
    transpose: int = 0  # semitones
    bend_range: float = 2.0  # semitones, unless a channel received its own

    def listens(self, status: int) -> bool:
        """Return True if the slot listens to a status byte's channel."""
        return self.channel in (0, (status & 0x0F) + 1)

    def pitch(self, key: int) -> int | None:
        """Return the key that is played for a key; None: it is outside the zone."""
        pitch = key + self.transpose
        inside = self.low_key <= key <= self.high_key and 0 <= pitch <= 127
        return pitch if inside else None
