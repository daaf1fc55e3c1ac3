"""A polyphonic sine: the whole contract in one file."""

import math

import numpy as np
from numpy.typing import NDArray

from rtaudiogen.events import CHOKE_SECONDS, EventKind, no_events
from rtaudiogen.generator import Audio, Descriptor, Events, State
from rtaudiogen.kernel_cache import cached_njit

from ..playing.placing import GLIDE_SECONDS, PLACE, glide, rest, sides

VIBRATO_HZ = 5.5
VOICE = np.dtype([("phase", "f8"), ("key", "f8"), ("velocity", "f8"), ("envelope", "f8"),
                  ("held", "i8"), ("choked", "i8"), ("bend", "f8"), ("modulation", "f8"),
                  *PLACE])  # fmt: skip
CHANNEL = np.dtype([("bend", "f8"), ("modulation", "f8"), ("volume", "f8"), ("pan", "f8"),
                    ("turns", "f8")])  # what all were told; of the vibrato  # fmt: skip
NOTE_ON, NOTE_OFF, CHOKE = int(EventKind.NOTE_ON), int(EventKind.NOTE_OFF), int(EventKind.CHOKE)
PITCH_BEND, MOD_WHEEL = int(EventKind.PITCH_BEND), int(EventKind.MOD_WHEEL)
VOLUME, PAN = int(EventKind.VOLUME), int(EventKind.PAN)


class Sine:
    """One sine per voice with a linear envelope; pitch bend, and vibrato on the mod wheel."""

    delay_frames = 0
    pans = True

    def __init__(self, descriptor: Descriptor, sample_rate: int) -> None:
        self.descriptor, self.sample_rate = descriptor, sample_rate
        self._voices = np.zeros(descriptor.voices, VOICE)
        self._channel = np.zeros(1, CHANNEL)

    def prepare(self, max_frames: int, device: str = "cpu") -> None:
        """Compile. [control]"""
        self.reset(0)
        self.render(np.zeros((1, 1), np.float32), self.descriptor.defaults(), no_events())
        self.reset(0)

    def reset(self, seed: int) -> None:
        """Silence; a sine has no random numbers. [render]"""
        self._voices[:] = np.zeros((), VOICE)
        self._channel[:] = np.zeros((), CHANNEL)
        self._channel["volume"] = 1.0
        rest(self._voices)

    def render(self, out: Audio, parameters: NDArray[np.float32], events: Events) -> None:
        """Fill `out` (frames, 1), or (frames, 2) with every voice in its place. [render]"""
        _render(out, parameters, events, self._voices, self._channel, float(self.sample_rate))

    def voice_levels(self) -> NDArray[np.float32]:
        """Return the envelopes, (voices,). [render]"""
        levels: NDArray[np.float64] = self._voices["envelope"] * self._voices["velocity"]
        return levels.astype(np.float32)

    def save_state(self) -> State:
        """Return copies. [render]"""
        return {"voices": self._voices.copy(), "channel": self._channel.copy()}

    def load_state(self, state: State) -> None:
        """Continue from `save_state`. [render]"""
        self._voices[:], self._channel[:] = state["voices"], state["channel"]


@cached_njit(nogil=True)
def _render(out, parameters, events, voices, channel, rate):  # type: ignore[no-untyped-def]  # numba's own types
    level = 10.0 ** (parameters[0] / 20.0)
    rise = 1000.0 / (parameters[1] * rate)
    fall = -1000.0 / (parameters[2] * rate)
    choke = -1.0 / (CHOKE_SECONDS * rate)
    share = 1.0 / (GLIDE_SECONDS * rate)
    everybody = channel[0]
    next_event = 0
    for n in range(out.shape[0]):
        while next_event < events.shape[0] and events[next_event].frame <= n:
            _obey(events[next_event], voices, everybody)
            next_event += 1
        everybody.turns = (everybody.turns + VIBRATO_HZ / rate) % 1.0
        vibrato = math.sin(2.0 * math.pi * everybody.turns)
        total = left = right = 0.0
        for voice in voices:
            slope = choke if voice.choked else rise if voice.held else fall
            voice.envelope = min(1.0, max(0.0, voice.envelope + slope))
            if voice.envelope > 0.0:
                key = voice.key + voice.bend + voice.modulation * parameters[3] * vibrato / 100.0
                value = voice.envelope * voice.velocity * math.sin(2.0 * math.pi * voice.phase)
                glide(voice, share)
                total += value * voice.gain
                left += value * voice.gain * voice.left
                right += value * voice.gain * voice.right
                voice.phase = (voice.phase + 440.0 / rate * 2.0 ** ((key - 69.0) / 12.0)) % 1.0
        out[n, 0] = level * (total if out.shape[1] == 1 else left)
        if out.shape[1] == 2:
            out[n, 1] = level * right


@cached_njit(nogil=True)
def _obey(event, voices, everybody):  # type: ignore[no-untyped-def]  # numba's own types
    if event.voice == -1:
        _tell(event.kind, event.value, everybody)
    for v in range(voices.shape[0]):
        if event.voice == v or event.voice == -1:
            voice = voices[v]
            _tell(event.kind, event.value, voice)
            if event.kind == NOTE_ON:
                voice.phase, voice.key, voice.velocity = 0.0, event.key, event.value
                voice.envelope, voice.held, voice.choked = 0.0, 1, 0
                voice.bend, voice.modulation = everybody.bend, everybody.modulation
                voice.volume, voice.pan = everybody.volume, everybody.pan
            elif event.kind == NOTE_OFF:
                voice.held = 0
            elif event.kind == CHOKE:
                voice.held, voice.choked = 0, 1
            voice.left_goal, voice.right_goal = sides(voice.pan)
            if voice.envelope == 0.0:  # nothing can click: it begins where it is to be
                voice.gain = voice.volume
                voice.left, voice.right = voice.left_goal, voice.right_goal


@cached_njit(nogil=True)
def _tell(kind, value, told):  # type: ignore[no-untyped-def]  # numba's own types
    if kind == PITCH_BEND:
        told.bend = value
    elif kind == MOD_WHEEL:
        told.modulation = value
    elif kind == VOLUME:
        told.volume = value
    elif kind == PAN:
        told.pan = value
