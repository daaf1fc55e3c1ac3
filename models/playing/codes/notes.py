"""Codes played by notes: polyphonic, bendable, morphing."""

import math

import numpy as np
from numpy.typing import NDArray

from rtaudiogen.events import ALL_VOICES, CHOKE_SECONDS, EventKind, event
from rtaudiogen.generator import Descriptor, State

from ...sounds.notes.envelope import SILENT_DB, Envelope
from ..placing import ask
from .generator import CodeConfig, CodeGenerator, Tensors
from .voice import control_notes

MEZZO_FORTE = 0.7
MOST_FEEDBACK = 0.95  # feedback of the comb at full purity
LIFT_DB = 12.0  # maximum amplification of a network that is too soft
GLIDE_TIME_CONSTANTS = 4.0  # within the glide time, 98 % of the way

# the fields of a voice that events set
EXPRESSION: dict[int, str] = {
    EventKind.PITCH_BEND: "bend_goal",
    EventKind.MOD_WHEEL: "modulation",
    EventKind.PRESSURE: "pressure",
    EventKind.VOLUME: "volume",
    EventKind.PAN: "pan",
}
TOLD = np.dtype([(name, np.float64) for name in EXPRESSION.values()])


def _tell(voices: NDArray[np.void], kind: int, value: float) -> None:
    """Set an expression target of voices (V,); a note that begins starts at it."""
    begins = voices["since_onset"] == 0
    if kind in (EventKind.VOLUME, EventKind.PAN):
        ask(voices, EXPRESSION[kind], value, begins)
        return
    voices[EXPRESSION[kind]] = value
    if kind == EventKind.PITCH_BEND:
        voices["bend"][begins] = value


class NoteGenerator(CodeGenerator):
    """Polyphonic notes: one streaming state a voice, which starts again with every note."""

    def __init__(self, descriptor: Descriptor, config: CodeConfig, tensors: Tensors) -> None:
        super().__init__(descriptor, config, tensors)
        self._envelope = self.levels_of(tensors)
        self.told = np.zeros(1, TOLD)  # to all voices
        self.last_key = np.zeros(1)
        self.controls["lift"] = 10 ** (LIFT_DB / 10)
        # two frames short, so that the voice is silent when the host sends its next note
        self.controls["choke_frames"] = int(CHOKE_SECONDS * config.sample_rate) - 2

    def own(self) -> State:
        """Implement `CodeGenerator.own`."""
        return {**super().own(), "told": self.told, "last_key": self.last_key}

    def levels_of(self, tensors: Tensors) -> Envelope | None:
        """Return the levels of whole notes; KeyError if a model has none."""
        return Envelope.from_tensors(tensors)

    def _warm_up(self, frames: int) -> None:
        self.warm_with(frames, self.descriptor.defaults())

    def warm_with(self, frames: int, parameters: NDArray[np.float32]) -> None:
        """Play the beginning of a note. [control]"""
        out = np.zeros((frames, 1), np.float32)
        self.render(out, parameters, event(0, EventKind.NOTE_ON, 0, 60.0, 0.5))

    def begun(self, number: int) -> None:
        """Prepare the voice of a note that begins. [render]"""

    def read_parameters(self, values: dict[str, float]) -> None:
        """Implement `CodeGenerator.read_parameters`."""
        glide_frames = values["glide"] / 1000 * self.sample_rate / GLIDE_TIME_CONSTANTS
        self._velocity_depth = values["velocity_depth"]
        controls = self.controls[0]
        controls["level_db"] = values["level"]
        controls["tune"] = values["tune"] / 100
        controls["vibrato_cents"] = values["vibrato_depth"]
        controls["vibrato_rate_hz"] = values["vibrato_rate"]
        controls["glide"] = 1.0 if glide_frames < 1 else 1 - math.exp(-1 / glide_frames)
        controls["attack_frames"] = values["attack"] / 1000 * self.sample_rate
        controls["release"] = values["release"]
        controls["purity"] = MOST_FEEDBACK * values.get("purity", 0.0)

    def reset(self, seed: int) -> None:
        """Implement `Generator.reset`."""
        super().reset(seed)
        self.told["volume"] = 1.0

    def obey(self, event: np.void) -> None:
        """Implement `CodeGenerator.obey`."""
        kind, value = int(event["kind"]), float(event["value"])
        voice = self.voices[int(event["voice"])]
        if kind == EventKind.NOTE_ON:
            self._start_note(int(event["voice"]), float(event["key"]), value)
        elif kind == EventKind.NOTE_OFF and voice["since_release"] < 0:
            voice["since_release"] = 0
        elif kind == EventKind.CHOKE and voice["choke_frames"] < 0:
            voice["choke_frames"] = self.controls[0]["choke_frames"]
        elif kind in EXPRESSION and event["voice"] == ALL_VOICES:
            self.told[EXPRESSION[kind]] = value
            _tell(self.voices, kind, value)
        elif kind in EXPRESSION:
            _tell(self.voices[int(event["voice"]) :][:1], kind, value)

    def _start_note(self, number: int, key: float, velocity: float) -> None:
        self.notes += np.uint64(1)
        glides = self.controls[0]["glide"] < 1 and self.last_key[0] > 0
        voice = self.voices[number]
        for name in self.voices.dtype.names or ():
            voice[name] = 0
        voice["playing"] = 1
        voice["stream"] = self.stream_of(self.notes)[0]
        voice["key"] = key
        voice["pitch"] = self.last_key[0] if glides else key
        voice["velocity"] = MEZZO_FORTE + self._velocity_depth * (velocity - MEZZO_FORTE)
        voice["since_release"] = voice["choke_frames"] = -1
        voice["loudest_db"] = SILENT_DB
        for kind, name in EXPRESSION.items():
            _tell(self.voices[number:][:1], kind, float(self.told[name][0]))
        self.last_key[:] = key
        self.lines[number] = 0.0
        self.begun(number)
        self.sampler.reset_voice(number)

    def control(self, active: NDArray[np.int32], frames: int) -> None:
        """Implement `CodeGenerator.control`."""
        control_notes(
            self.voices, active, frames, self.controls, self._envelope, self.weights,
            self.conditioning, self.uniforms, self.levels_db,
            self.periods, self.gains,
        )  # fmt: skip
