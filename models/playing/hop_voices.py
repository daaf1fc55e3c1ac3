"""Voices that sound in hops, each on a grid that starts with its note. [render]

A voice has two hops of sound: the one that sounds and the one after it, so everything that begins
within a span of up to a hop can be computed at once before any of it is played.
"""

import numpy as np
from numpy.typing import NDArray

from rtaudiogen.events import ALL_VOICES, EventKind
from rtaudiogen.generator import Audio
from rtaudiogen.kernel_cache import cached_njit

from .placing import PLACE, add_placed, ask, levels_of, rest

HELD = -1  # in VOICE["left_frames"]
FALL = 0.9995  # decay of a peak per frame
TOLD = ("key", "velocity", "gate", "bend", "wheel", "pressure")  # what a network hears of a note
VOICE = np.dtype(
    [
        ("playing", np.int64),
        ("stream", np.uint64),  # names the note's own random numbers
        ("hops", np.int64),  # that have been computed since the note began
        ("position", np.int64),  # frames of its hop that have sounded
        ("half", np.int64),  # which of its two hops sounds, 0 or 1
        ("left_frames", np.int64),  # of its fade, still to come; HELD before it is let go
        ("fade_frames", np.int64),  # of its whole fade
        ("peak", np.float64),
        *((name, np.float64) for name in TOLD),
        *PLACE,
    ],
    align=True,
)
WHEELS: dict[int, str] = {
    EventKind.PITCH_BEND: "bend",
    EventKind.MOD_WHEEL: "wheel",
    EventKind.PRESSURE: "pressure",
}
PLACED: dict[int, str] = {EventKind.VOLUME: "volume", EventKind.PAN: "pan"}
EVERYBODY = np.dtype([(name, np.float64) for name in (*WHEELS.values(), *PLACED.values())])
LOUDEST = 16.0  # amplitude; larger values and NaN become 0


class HopVoices:
    """`voices` voices of `hop` frames; the caller computes the hops that are `due`."""

    def __init__(self, voices: int, hop: int) -> None:
        """Allocate. [control]"""
        self.hop = hop
        self.voices = np.zeros(voices, VOICE)
        self.hops = np.zeros((voices, 2, hop), np.float32)
        self.everybody = np.zeros(1, EVERYBODY)  # expression that all voices share

    @property
    def arrays(self) -> dict[str, NDArray[np.generic]]:
        """Return the arrays that future output depends on."""
        return {"voices": self.voices, "hops": self.hops, "everybody": self.everybody}

    def reset(self) -> None:
        """Free all voices."""
        for array in self.arrays.values():
            array[...] = np.zeros((), array.dtype)
        self.everybody["volume"] = 1.0
        rest(self.voices)

    def strike(self, voice: int, stream: np.uint64, key: float, velocity: float) -> None:
        """Begin a note; its first hop is due."""
        state = self.voices[voice]
        for name in VOICE.names or ():
            state[name] = 0
        state["playing"], state["stream"], state["left_frames"] = 1, stream, HELD
        state["position"] = self.hop
        state["key"], state["velocity"], state["gate"] = key, velocity, 1.0
        for kind, name in (WHEELS | PLACED).items():
            self.tell(voice, kind, float(self.everybody[name][0]))

    def let_go(self, voice: int, frames: int) -> None:
        """Fade to exact silence; a fade in progress can only become shorter."""
        state = self.voices[voice]
        state["gate"] = 0.0
        if state["left_frames"] == HELD:
            state["left_frames"] = state["fade_frames"] = frames
        elif state["left_frames"] > frames:
            share = state["left_frames"] / state["fade_frames"]
            state["left_frames"], state["fade_frames"] = frames, frames / share

    def tell(self, voice: int, kind: int, value: float) -> None:
        """Set the expression of a voice, or of all."""
        told = self.voices if voice == ALL_VOICES else self.voices[voice : voice + 1]
        if kind in WHEELS:
            told[WHEELS[kind]] = value
        else:
            ask(told, PLACED[kind], value, (told["hops"] == 0) | (told["playing"] == 0))
        if voice == ALL_VOICES:
            self.everybody[(WHEELS | PLACED)[kind]] = value

    def due(self, frames: int) -> NDArray[np.bool_]:
        """Return True for each voice (voices,) that begins a hop within `frames`, up to a hop."""
        left = self.hop - self.voices["position"]
        fading = self.voices["left_frames"]
        ends = (fading != HELD) & (fading <= left)
        due: NDArray[np.bool_] = (self.voices["playing"] != 0) & (frames > left) & ~ends
        return due

    def take(self, due: NDArray[np.bool_], sound: NDArray[np.float32]) -> None:
        """Store the next hop (voices, hop) of the voices that are due."""
        for voice in np.flatnonzero(due):
            self.hops[voice, 1 - (self.voices["half"][voice] & 1)] = sound[voice]
            self.voices["hops"][voice] += 1

    def play(self, out: Audio, share: float) -> None:
        """Add the next frames to `out` (frames, 1 or 2); gains glide by `share` a frame."""
        _play(self.voices, self.hops, share, out)

    def levels(self) -> NDArray[np.float32]:
        """Return the recent peaks (voices,), 0 where a voice is free."""
        return levels_of(self.voices)


@cached_njit(nogil=True)
def _play(voices: NDArray[np.void], hops: NDArray[np.float32], share: float, out: Audio) -> None:
    hop = hops.shape[2]
    for i in range(len(voices)):
        v = voices[i]
        for t in range(len(out)):
            if v.playing == 0:
                break
            if not 0 <= v.position < hop:  # nor where a damaged file says so
                v.half, v.position = 1 - (v.half & 1), 0
            y = hops[i, v.half & 1, v.position]
            y = y if abs(y) <= LOUDEST else 0.0
            v.position += 1
            if v.left_frames >= 0:
                y *= v.left_frames / max(v.fade_frames, 1)
                v.left_frames -= 1
            add_placed(v, y, share, FALL, out, t)
            if v.left_frames == 0:
                v.playing, v.peak = 0, 0.0
