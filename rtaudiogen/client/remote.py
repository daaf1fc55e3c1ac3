"""An engine in a separate process, restarted with session and state when it dies or hangs.

The process is watched from outside. Painting, garbage collection and crashes of the front end
cannot starve the sound, and an audio server that takes PortAudio with it takes only the engine's
process.
"""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import RtAudioGenError
from ..saving.sessions import Session, load_session, save_session
from ..wire.settings import EngineSettings
from .engine_folder import EngineFolder
from .listening import TapListener
from .session_files import settings_of
from .supervision import HUNG_SECONDS, SupervisedEngine

__all__ = ["HUNG_SECONDS", "EngineProcess"]


class EngineProcess(SupervisedEngine):
    """The façade of an engine in another process. See `wire.facade.Facade` for the verbs.
    [control]
    """

    def _prepare(self, home: EngineFolder, settings: EngineSettings) -> None:
        super()._prepare(home, settings)
        self._listener = TapListener()

    def record(self, path: str | None = None, bits: int = 0, suffix: str = ".wav") -> str:
        """Implement `Facade.record`."""
        self._recording = self._call("record", path=path, bits=bits, suffix=suffix)
        self._bits = bits
        assert self._recording is not None
        return self._recording

    def stop_recording(self) -> dict[str, Any]:
        """Implement `Facade.stop_recording`."""
        facts: dict[str, Any] = self._call("stop_recording")
        self._recording = None  # only now: a restart in between must continue the recording
        return facts

    def save_session(self, path: Path) -> None:
        """Write the session to a file, whole or not at all."""
        save_session(path, Session.from_json(self.session()))

    def open_session(self, path: Path) -> list[str]:
        """Open a session's file with its devices and timing; see `load_session`."""
        session = load_session(path)
        settings = settings_of(session, self._settings)
        if settings != self._settings:
            self.reopen(settings)
        return self.load_session(session.to_json())

    def tap_frames(self) -> NDArray[np.float32]:
        """Return (frames, channels) float32 heard since the last call; a view until the next.

        The frames are read from shared memory without waiting for the engine: a quarter of a second
        at most, none while there is no engine. Calls come from one thread at a time.
        """
        return self._listener.frames((self._board.read() or {}).get("memory", ""))

    def snapshot(self) -> dict[str, Any]:
        """Implement `Facade.snapshot`: read shared memory, never wait for the engine.

        RtAudioGenError after the engine was given up.
        """
        if self._failure is not None:
            raise RtAudioGenError(self._failure)
        facts = self._board.read() or {}
        if not facts:
            return {}
        messages = [*self._messages, *facts["messages"]]
        return {**facts, "restarts": self._restarted, "messages": messages}
