"""The notes that sound: each loops a region of code frames, on a grid of hops from its key."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from rtaudiogen.generator import Audio

from ...compiled.conv.kernels import whole_call
from ...compiled.conv.layers import Floats
from ...playing.placing import PLACE, glide, levels_of

HELD = -1  # in VOICE["left_frames"]
VOICE = np.dtype(
    [
        ("playing", np.int64),
        ("note", np.int64),  # its number since reset
        ("key", np.float64),
        ("position", np.int64),  # frames of its hop that have sounded
        ("hops", np.int64),
        ("place", np.float64),
        ("first", np.int64),  # region, in code frames
        ("end", np.int64),
        ("velocity", np.float32),
        ("left_frames", np.int64),  # frames of its fade still to come; HELD before it is let go
        ("fade", np.int64),  # frames of its whole fade
        ("peak", np.float32),
        ("bend", np.float64),  # semitones
        ("wheel", np.float64),  # 0 … 1
        *PLACE,
    ]
)


class Notes:
    """Output of the voices' hops. [render]

    A span of up to a hop of frames is played in three steps: `go_on` with what has been decoded,
    whoever is `due` gets a new hop, and `finish`. In between all that is due is decoded together.
    """

    def __init__(self, hops: Floats) -> None:
        """Use `hops` (voices, hop) as the memory that voices' hops are decoded to."""
        self.hops, self.hop = hops, hops.shape[1]
        self.voices = np.zeros(len(hops), VOICE)
        self._parts = np.zeros_like(hops)  # what a voice adds to this span
        self._reached = [0] * len(hops)  # frames of it
        self._ramp = np.arange(self.hop, dtype=np.float32)

    def strike(
        self, voice: int, note: int, key: float, region: tuple[int, int], gain: float
    ) -> None:
        """Start a note on a voice, on code frames first … end; `note` counts notes since reset."""
        first, end = region
        state = self.voices[voice]
        state["playing"], state["note"], state["key"] = 1, note, key
        state["position"] = state["hops"] = 0
        state["place"] = state["first"] = first
        state["end"], state["velocity"] = end, gain
        state["left_frames"], state["fade"], state["peak"] = HELD, 1, 0.0

    def let_go(self, voice: int, frames: int) -> None:
        """Fade to exact silence; a fade in progress can only become shorter."""
        state = self.voices[voice]
        if state["left_frames"] == HELD:
            state["left_frames"] = state["fade"] = frames
        elif state["left_frames"] > frames:
            share = state["left_frames"] / state["fade"]
            state["velocity"] *= np.float32(share)
            state["left_frames"] = state["fade"] = frames

    def go_on(self, frames: int) -> None:
        """Begin a span of that many frames with what is left of each voice's hop."""
        for voice, state in enumerate(self.voices):
            self._reached[voice] = 0
            if state["playing"] and state["position"]:
                self._play(voice, state, frames)

    def due(self, frames: int) -> Iterator[tuple[int, np.void]]:
        """Yield the voices that begin a hop within the span; the caller decodes it."""
        for voice, state in enumerate(self.voices):
            if state["playing"] and self._reached[voice] < frames:
                yield voice, state

    def finish(self, out: Audio, share: float) -> None:
        """Play the rest of the span from the new hops, and add the span to `out` (frames, 1 or 2).

        `share` is how far gains glide in a frame.
        """
        for voice, state in self.due(len(out)):
            self._play(voice, state, len(out))
        for voice, reached in enumerate(self._reached):
            if reached:
                _add(self._parts[voice, :reached], self.voices, voice, share, out)

    def levels(self) -> Floats:
        """Return the recent peaks (voices,), 0 where a voice is free."""
        return levels_of(self.voices)

    def _play(self, voice: int, state: np.void, frames: int) -> None:
        """Play on to the end of the span, of its hop, or of its fade."""
        start, position = self._reached[voice], int(state["position"])
        count = min(frames - start, self.hop - position)
        if state["left_frames"] != HELD:
            count = min(count, int(state["left_frames"]))
        part = self._parts[voice, start : start + count]
        np.multiply(self.hops[voice, position : position + count], state["velocity"], out=part)
        if state["left_frames"] != HELD:
            self._fade(state, part)
        peak = float(np.abs(part).max(initial=0.0))
        state["peak"] = max(peak, 0.9 * float(state["peak"]))
        state["position"] = (position + count) % self.hop
        state["playing"] = int(state["left_frames"] != 0)
        self._reached[voice] = start + count

    def _fade(self, state: np.void, part: NDArray[np.float32]) -> None:
        left, fade = int(state["left_frames"]), int(state["fade"])
        part *= (np.float32(left) - self._ramp[: len(part)]) / np.float32(fade)
        state["left_frames"] = left - len(part)


@whole_call
def _add(
    part: NDArray[np.float32], voices: NDArray[np.void], voice: int, share: float, out: Audio
) -> None:
    """Add a voice's frames to `out`, in its place. [render]"""
    place = voices[voice]
    for n in range(len(part)):
        glide(place, share)
        if out.shape[1] == 1:
            out[n, 0] += part[n] * np.float32(place.gain)
        else:
            out[n, 0] += part[n] * np.float32(place.gain * place.left)
            out[n, 1] += part[n] * np.float32(place.gain * place.right)
