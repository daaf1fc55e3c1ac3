"""Which notes a slot listens to."""

from dataclasses import dataclass


@dataclass(slots=True)
class Zone:
    """Which notes a slot listens to, and how it bends them."""

    channel: int = 0  # 1 … 16; 0: all
    low_key: int = 0
    high_key: int = 127
    transpose: int = 0  # semitones
    bend_range: float = 2.0  # semitones, of the channels that were not told another

    def listens(self, status: int) -> bool:
        """Whether a status byte's channel is among those listened to."""
        return self.channel in (0, (status & 0x0F) + 1)

    def pitch(self, key: int) -> int | None:
        """Return the key that is played for a key; None if it is none of this zone's."""
        pitch = key + self.transpose
        inside = self.low_key <= key <= self.high_key and 0 <= pitch <= 127
        return pitch if inside else None
