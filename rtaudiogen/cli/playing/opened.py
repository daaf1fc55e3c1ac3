"""Sessions that a command opens, with the changes of the command line."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace

from ...errors import RtAudioGenError
from ...generator import Descriptor
from ...registry import find
from ...saving.sessions import Session


def models_of(session: Session) -> dict[str, Descriptor]:
    """Return those of a session's models that exist; raise an error if none does."""
    found = {}
    for slot in session.slots:
        with suppress(RtAudioGenError):
            found[slot.model] = find(slot.model)
    if session.slots and not found:
        find(session.slots[0].model)  # raises the error that tells why
    return found


def changed(
    session: Session,
    values: Mapping[str, Mapping[str, float]],
    sounds: Mapping[str, str],
    seeds: Mapping[str, int],
    voices: int,
    master_gain_db: float | None,
) -> Session:
    """Return the session with these values, sounds, seeds, voices and master gain, if given."""
    slots = [
        replace(
            slot,
            values={**slot.values, **values.get(slot.model, {})},
            sound=sounds.get(slot.model, slot.sound),
            seed=seeds.get(slot.model, slot.seed),
            voices=voices or slot.voices,
        )
        for slot in session.slots
    ]
    gain_db = session.master_gain_db if master_gain_db is None else master_gain_db
    return replace(session, slots=tuple(slots), master_gain_db=gain_db)
