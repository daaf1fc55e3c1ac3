"""Ring of the newest few seconds of sound."""

import numpy as np
from numpy.typing import NDArray

Frames = NDArray[np.float32]  # (frames, channels)
Signal = NDArray[np.float32]  # (frames,)


class FrameRing:
    """Keeps the last `capacity` frames; `written` counts all frames that were written."""

    def __init__(self, capacity: int, channels: int = 1) -> None:
        # Channels are stored one after the other because views read each by itself.
        self._lanes: NDArray[np.float32] = np.zeros((channels, capacity), np.float32)
        self.written = 0

    @property
    def capacity(self) -> int:
        """Number of frames that are kept."""
        return int(self._lanes.shape[1])

    @property
    def channels(self) -> int:
        """Number of channels of the newest frames; another number empties the ring."""
        return len(self._lanes)

    def write(self, frames: Frames) -> None:
        """Add (frames, channels) or mono (frames,); samples that are not finite become silence."""
        lanes = np.atleast_2d(np.asarray(frames, np.float32).T)
        if not np.isfinite(lanes).all():
            lanes = np.nan_to_num(lanes, posinf=0.0, neginf=0.0)
        if len(lanes) != self.channels:
            self._lanes = np.zeros((len(lanes), self.capacity), np.float32)
            self.written = 0
        count = lanes.shape[1]
        kept = lanes[:, -self.capacity :]
        start = (self.written + count - kept.shape[1]) % self.capacity
        first = min(kept.shape[1], self.capacity - start)
        self._lanes[:, start : start + first] = kept[:, :first]
        self._lanes[:, : kept.shape[1] - first] = kept[:, first:]
        self.written += count

    def latest(self, count: int) -> Frames:
        """Return a copy of the newest `count` frames, (≤ count, channels), oldest first."""
        count = min(count, self.written, self.capacity)
        end = self.written % self.capacity
        if count <= end:
            return self._lanes[:, end - count : end].copy().T
        return np.concatenate(
            (self._lanes[:, self.capacity + end - count :], self._lanes[:, :end]), axis=1
        ).T
