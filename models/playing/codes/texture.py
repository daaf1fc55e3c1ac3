"""Textures: code streams without notes, such as drones, weather and engines."""

import numpy as np
from numpy.typing import NDArray

from rtaudiogen.events import ALL_VOICES, EventKind

from ..placing import ask, rest
from .generator import CodeGenerator
from .voice import control_texture

PLACED: dict[int, str] = {EventKind.VOLUME: "volume", EventKind.PAN: "pan"}
CEILING_DB = -6.0  # RMS; no texture is as loud, so louder is a network that has run away


class TextureGenerator(CodeGenerator):
    """A stream of one voice that starts with the reset and never ends."""

    def _warm_up(self, frames: int) -> None:
        out = np.zeros((frames, self.descriptor.channels), np.float32)
        self.render(out, self.descriptor.defaults(), _NO_EVENTS)

    def reset(self, seed: int) -> None:
        """Implement `Generator.reset`."""
        super().reset(seed)
        self.controls["lift"] = 1.0
        self.voices["playing"] = 1
        self.voices["stream"] = self.stream_of(self.notes)
        self.voices["choke_frames"] = -1
        rest(self.voices)

    def obey(self, event: np.void) -> None:
        """Implement `CodeGenerator.obey` for volume and pan."""
        if event["voice"] == ALL_VOICES and event["kind"] in PLACED:
            begins = self.voices["since_onset"] == 0
            ask(self.voices, PLACED[int(event["kind"])], float(event["value"]), begins)

    def read_parameters(self, values: dict[str, float]) -> None:
        """Implement `CodeGenerator.read_parameters`."""
        self._gain = 10 ** (values["level"] / 20)

    def control(self, active: NDArray[np.int32], frames: int) -> None:
        """Implement `CodeGenerator.control`."""
        self.levels_db[:, :frames] = CEILING_DB
        control_texture(self.voices, frames, self._gain, self.uniforms, self.gains)


_NO_EVENTS = np.empty(0, [("frame", np.int64)])
