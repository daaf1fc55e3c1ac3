"""A polyphonic sine: the whole contract in one file."""

import math

import numpy as np
from numpy.typing import NDArray

from rtaudiogen.events import CHOKE_SECONDS, EventKind, no_events
from rtaudiogen.generator import Audio, Descriptor, Events, State
from rtaudiogen.kernel_cache import cached_njit

VIBRATO_HZ = 5.5
VOICE = np.dtype([("phase", "f8"), ("key", "f8"), ("velocity", "f8"), ("envelope", "f8"),
                  ("held", "i8"), ("choked", "i8")])  # fmt: skip
NOTE_ON, NOTE_OFF, CHOKE = int(EventKind.NOTE_ON), int(EventKind.NOTE_OFF), int(EventKind.CHOKE)
PITCH_BEND, MOD_WHEEL = int(EventKind.PITCH_BEND), int(EventKind.MOD_WHEEL)


class Sine:
    """One sine per voice with a linear envelope; pitch bend, and vibrato on the mod wheel."""

    delay_frames = 0

    def __init__(self, descriptor: Descriptor, sample_rate: int) -> None:
        self.descriptor, self.sample_rate = descriptor, sample_rate
        self._voices = np.zeros(descriptor.voices, VOICE)
        self._wheels = np.zeros(3)  # bend in semitones, mod 0 … 1, vibrato phase in turns

    def prepare(self, max_frames: int, device: str = "cpu") -> None:
        """Compile. [control]"""
        self.render(np.zeros((1, 1), np.float32), self.descriptor.defaults(), no_events())
        self.reset(0)

    def reset(self, seed: int) -> None:
        """Silence; a sine has no random numbers. [render]"""
        self._voices[:] = 0
        self._wheels[:] = 0.0

    def render(self, out: Audio, parameters: NDArray[np.float32], events: Events) -> None:
        """Fill `out` (frames, 1). [render]"""
        _render(out, parameters, events, self._voices, self._wheels, float(self.sample_rate))

    def voice_levels(self) -> NDArray[np.float32]:
        """(voices,) the envelopes. [render]"""
        levels: NDArray[np.float64] = self._voices["envelope"] * self._voices["velocity"]
        return levels.astype(np.float32)

    def save_state(self) -> State:
        """Copies. [render]"""
        return {"voices": self._voices.copy(), "wheels": self._wheels.copy()}

    def load_state(self, state: State) -> None:
        """From `save_state`. [render]"""
        self._voices[:], self._wheels[:] = state["voices"], state["wheels"]


@cached_njit(nogil=True)
def _render(out, parameters, events, voices, wheels, rate):  # type: ignore[no-untyped-def]
    level = 10.0 ** (parameters[0] / 20.0)
    rise = 1000.0 / (parameters[1] * rate)
    fall = -1000.0 / (parameters[2] * rate)
    choke = -1.0 / (CHOKE_SECONDS * rate)
    next_event = 0
    for n in range(out.shape[0]):
        while next_event < events.shape[0] and events[next_event].frame <= n:
            _obey(events[next_event], voices, wheels)
            next_event += 1
        wheels[2] = (wheels[2] + VIBRATO_HZ / rate) % 1.0
        cents = wheels[1] * parameters[3] * math.sin(2.0 * math.pi * wheels[2])
        total = 0.0
        for voice in voices:
            slope = choke if voice.choked else rise if voice.held else fall
            voice.envelope = min(1.0, max(0.0, voice.envelope + slope))
            if voice.envelope > 0.0:
                key = voice.key + wheels[0] + cents / 100.0
                total += voice.envelope * voice.velocity * math.sin(2.0 * math.pi * voice.phase)
                voice.phase = (voice.phase + 440.0 / rate * 2.0 ** ((key - 69.0) / 12.0)) % 1.0
        out[n, 0] = level * total


@cached_njit(nogil=True)
def _obey(event, voices, wheels):  # type: ignore[no-untyped-def]
    if event.kind == PITCH_BEND:
        wheels[0] = event.value
    elif event.kind == MOD_WHEEL:
        wheels[1] = event.value
    for v in range(voices.shape[0]):
        if event.voice == v or event.voice == -1:
            voice = voices[v]
            if event.kind == NOTE_ON:
                voice.phase, voice.key, voice.velocity = 0.0, event.key, event.value
                voice.envelope, voice.held, voice.choked = 0.0, 1, 0
            elif event.kind == NOTE_OFF:
                voice.held = 0
            elif event.kind == CHOKE:
                voice.held, voice.choked = 0, 1
