"""The façade's verbs for the whole rack, carried out in this process: sessions, and undo."""

import time
from collections.abc import Mapping, Sequence
from typing import Any

from ..errors import RtAudioGenError
from ..saving import session_slots
from ..saving.sessions import Session
from ..wire.settings import EngineSettings
from .rack_state import RackState, restore
from .slot_verbs import SlotVerbs

OBEY_SECONDS = 0.5  # at most, until the render thread has obeyed a command


class SessionVerbs(SlotVerbs):
    """The verbs for all slots together. See `wire.facade.Facade`. [control]"""

    settings: EngineSettings
    master_gain_db: float
    playing: bool
    _session_others: Mapping[str, Any]  # unknown fields of the opened session

    def session(self) -> dict[str, Any]:
        """Implement `Facade.session`."""
        return self._session(list(self.slots)).to_json()

    def _session(self, numbers: Sequence[int]) -> Session:
        """Return a session of these slots."""
        settings, readings = self.settings, self.renderer.read().slots
        states = [self._with_values(slot, readings.get(slot)) for slot in numbers]
        ways = [self.renderer.ways(slot) for slot in numbers]
        return Session(
            slots=tuple(session_slots.connected(states, ways, numbers)),
            output="" if settings.output is None else str(settings.output),
            input="" if settings.input is None else str(settings.input),
            sample_rate=settings.sample_rate,
            block_frames=settings.block_frames,
            latency_ms=settings.latency_ms,
            midi=settings.midi or "none",
            master_gain_db=self.master_gain_db,
            others=self._session_others,
        )

    def rack(self) -> dict[str, Any]:
        """Implement `Facade.rack`."""
        patience = time.monotonic() + OBEY_SECONDS
        while self.playing and not self.renderer.has_obeyed and time.monotonic() < patience:
            time.sleep(0.002)
        numbers = list(self.slots)
        return {"session": self._session(numbers).to_json(), "numbers": numbers}

    def restore(self, rack: Mapping[str, Any], instead_of: Mapping[str, Any]) -> list[str]:
        """Implement `Facade.restore`."""
        return restore(self, RackState.from_json(rack), RackState.from_json(instead_of))

    def load_session(self, session: Mapping[str, Any]) -> list[str]:
        """Implement `Facade.load_session`; leave out a slot whose model is missing, and
        report it.
        """
        wanted = Session.from_json(session)
        notices = list(wanted.remarks())
        self._session_others = wanted.others
        for slot in list(self.slots):
            self.remove_slot(slot)
        self.set_master(wanted.master_gain_db)
        numbers: dict[int, int] = {}  # by position
        for position, state in enumerate(wanted.slots, 1):
            try:
                numbers[position] = number = session_slots.add(self.renderer, state, notices)
            except RtAudioGenError as error:
                notices.append(str(error))
            else:
                self.slots[number] = state
        session_slots.connect(self.renderer, wanted.slots, numbers, notices)
        return notices
