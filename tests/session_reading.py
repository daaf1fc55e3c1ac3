"""Read and use sessions and presets as a program does, for tests and fuzzing."""

import json
from pathlib import Path

from rtaudiogen.client.session_files import settings_of
from rtaudiogen.models.sine import SINE
from rtaudiogen.realtime.render.checks import checked_mix
from rtaudiogen.saving.presets import Preset, load_preset
from rtaudiogen.saving.sessions import Session, load_session


def is_one_line(text: str) -> bool:
    """Tell whether a message is one line and leaves a terminal as it is."""
    return len(text.splitlines()) == 1 and "\x1b" not in text


def read_session(path: Path) -> None:
    """Read a session and use all of it; AssertionError if it does not survive being written."""
    session = load_session(path)
    assert Session.from_json(json.loads(json.dumps(session.to_json()))) == session
    assert all(map(is_one_line, session.remarks()))
    settings_of(session)
    for slot in session.slots:
        for name, value in slot.mix.values().items():
            checked_mix(name, value)
        for preset in (Preset(slot.values), *slot.programs.values()):
            _, notices = preset.fit(SINE)
            assert all(map(is_one_line, notices))


def read_preset(path: Path) -> None:
    """Read a preset and use all of it; AssertionError if it does not survive being written."""
    preset = load_preset(path)
    assert Preset.from_json(json.loads(json.dumps(preset.to_json()))) == preset
    assert all(map(is_one_line, preset.remarks()))
    preset.fit(SINE)
