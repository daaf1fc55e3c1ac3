"""Session files of a front end: the engine's connections, and the rack."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ..errors import RtAudioGenError
from ..saving.sessions import Mix, Session, SlotState, load_session
from ..storage import folders
from ..wire.settings import EngineSettings

DEMO_MODEL, DEMO_ROOM_DB = "wavenet-keys-strings", -12.0
SUFFIX = ".json"
WINDOW = EngineSettings(midi_required=False)  # a missing port does not prevent opening


@dataclass(frozen=True)
class Startup:
    """Settings and session that a front end starts with."""

    settings: EngineSettings
    session: dict[str, Any]
    is_demo: bool = False
    notice: str = ""  # a sentence for the user


def recent_path() -> Path:
    """Return the file in which a front end saves its last rack."""
    return folders.sessions() / f"recent{SUFFIX}"


def last_startup() -> Startup:
    """Return the last rack; without one, or if it cannot be read, the demo. [control]

    An unreadable file is put aside, because the next rack is saved under its name.
    """
    path = recent_path()
    if not path.exists():
        return demo()
    try:
        session = load_session(path)
    except RtAudioGenError as error:
        return replace(demo(), notice=f"{error}; {put_aside(path)}")
    return Startup(settings_of(session), session.to_json())


def put_aside(path: Path, stem: str = "put-aside") -> str:
    """Rename a file to a free name; return a phrase that tells the name. [control]"""
    aside, number = path.with_name(f"{stem}{SUFFIX}"), 2
    while aside.exists():
        aside, number = path.with_name(f"{stem}-{number}{SUFFIX}"), number + 1
    try:
        path.replace(aside)
    except OSError as error:
        return f"it cannot be moved away ({error.strerror})"
    return f"it was moved to {aside}"


def demo() -> Startup:
    """Return the demo: one instrument that sounds from any key, with a little room around it."""
    instrument = SlotState(DEMO_MODEL, mix=Mix(send_db=DEMO_ROOM_DB), send=2)
    room = SlotState("space", {"mix": 100.0}, mix=Mix(hears_input=False))
    session = Session(slots=(instrument, room))
    return Startup(settings_of(session), session.to_json(), is_demo=True)


def settings_of(session: Session, others: EngineSettings = WINDOW) -> EngineSettings:
    """Return the engine's settings for a session; what it does not say is as in `others`."""
    return replace(
        others,
        output=device(session.output),
        input=device(session.input),
        sample_rate=session.sample_rate,
        block_frames=session.block_frames,
        latency_ms=session.latency_ms,
        midi=session.midi,
    )


def device(text: str) -> str | int | None:
    """Return an index, a name, or None for an empty text."""
    return int(text) if text.isdecimal() else text or None
