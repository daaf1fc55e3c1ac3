"""Sessions as a front end opens and keeps them: how the engine is connected, and the rack."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ..errors import RtAudioGenError
from ..saving.sessions import Session, SlotState, load_session
from ..storage import folders
from ..wire.settings import EngineSettings

DEMO_MODEL = "wavenet-keys-strings"
SUFFIX = ".json"
WINDOW = EngineSettings(midi_required=False)  # nothing that is missing keeps it from opening


@dataclass(frozen=True)
class Beginning:
    """What a front end starts with."""

    settings: EngineSettings
    session: dict[str, Any]
    is_demo: bool = False
    notice: str = ""  # a sentence for the player


def recent_path() -> Path:
    """Where a front end keeps the rack as it was last."""
    return folders.sessions() / f"recent{SUFFIX}"


def beginning() -> Beginning:
    """Return the rack as it was last; at first, and where that cannot be read, the demo. [control]

    What cannot be read is put aside, because the next rack is kept under its name.
    """
    path = recent_path()
    if not path.exists():
        return demo()
    try:
        session = load_session(path)
    except RtAudioGenError as error:
        return replace(demo(), notice=f"{error}; {put_aside(path)}")
    return Beginning(settings_of(session), session.to_json())


def put_aside(path: Path) -> str:
    """Give a session that is in the way a name that is free; a phrase that says which. [control]"""
    aside, number = path.with_name(f"put-aside{SUFFIX}"), 2
    while aside.exists():
        aside, number = path.with_name(f"put-aside-{number}{SUFFIX}"), number + 1
    try:
        path.replace(aside)
    except OSError as error:
        return f"it cannot be put aside ({error.strerror})"
    return f"it is put aside in {aside}"


def demo() -> Beginning:
    """One instrument that sounds from any key."""
    session = Session(slots=(SlotState(DEMO_MODEL),))
    return Beginning(settings_of(session), session.to_json(), is_demo=True)


def settings_of(session: Session, others: EngineSettings = WINDOW) -> EngineSettings:
    """How the engine is opened for a session; what that does not say is as in `others`."""
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
    """An index, a name, or None for an empty one."""
    return int(text) if text.isdecimal() else text or None
