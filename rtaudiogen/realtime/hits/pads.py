"""Pads of a live renderer: every strike starts a finished hit, one device block after the key.

Live notes are struck on the midi thread itself. Notes that are played by time are reached by the
render thread, a ring ahead of the device; it only passes them on, with their stream frame, and the
striker's thread starts them there. If the pool has no hit ready, the pad's last hit is repeated:
there is never silence, and never a wait.
"""

import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from queue import SimpleQueue

import numpy as np
from numpy.typing import NDArray

from ...errors import ProcessorLostError
from ...events import SCHEDULED_PORT
from ..callback.memory import AudioMemory
from ..notes.channels import Channels
from ..render.rack import Message
from ..render.scheduling import HELPER_PRIORITY, raise_priority
from ..render.slot import Slot
from ..render.slot_generator import SlotGenerator, first_line
from .hit_worker import HitWorker
from .hits import Hits
from .kit import Kit

JOIN_SECONDS = 2.0

HitFrame = Callable[[int], int | None]  # event frame -> stream frame of its hit; None: at once
_Note = tuple[int, int, int, int, int, int]  # slot, stream frame, status, data1, data2, port


def makes_hits(source: SlotGenerator) -> bool:
    """Return True if its generator is a HitMaker."""
    return hasattr(source.generator, "make") and hasattr(source.generator, "recipe")


class Pads:
    """The kits of a renderer that plays live.

    `stream_frame` tells the render thread the stream frame of the render frame that it has reached.
    """

    def __init__(self, memory: AudioMemory, stream_frame: Callable[[int], int]) -> None:
        self.hits = Hits(memory)
        self._memory = memory
        self._stream_frame = stream_frame
        self._kits: dict[int, Kit] = {}  # replaced as a whole, because others iterate over it
        self._messages: deque[str] = deque()
        self._losses: deque[Message] = deque()
        self._notes: SimpleQueue[_Note | None] = SimpleQueue()
        self._worker = HitWorker(lambda: self._kits.values(), self._give_up)
        self._striker = threading.Thread(target=self._strike_on_time, name="striker", daemon=True)

    def start(self) -> None:
        """Start both threads, which make and strike hits. [control]"""
        self._worker.start()
        self._striker.start()

    def close(self) -> None:
        """End both threads. [control]"""
        self._worker.stop()
        self._notes.put(None)
        if self._striker.is_alive():
            self._striker.join(JOIN_SECONDS)

    # -- the rack [control] ----------------------------------------------------------------------

    def place(self, number: int, slot: Slot, source: SlotGenerator, channels: Channels) -> None:
        """Use the kit of `source` in a slot, if it makes hits, and take over its notes.

        `channels` holds the states of all channels, as the render thread knows them.
        Return when every pad has a hit ready; the previous kit is played until then.
        """
        if not makes_hits(source):
            self.remove(number)
            return
        rate, columns = self._memory.sample_rate, self._memory.channels
        kit = Kit(number, slot, source, self.hits, rate, columns)
        try:
            kit.make_first()
        except Exception as error:  # a third-party maker may raise anything
            self._give_up(kit, error)
        source.give_notes_to(partial(self._hand_over, number))
        before = self._kits.get(number)
        kit.channels.take_over(channels if before is None else before.channels)
        self._kits = {**self._kits, number: kit}
        if before is not None:
            before.stop()
        self._worker.wake()

    def remove(self, number: int) -> None:
        """Fade out a slot's hits, and start no more."""
        kit = self._kits.get(number)
        if kit is not None:
            self._kits = {n: other for n, other in self._kits.items() if other is not kit}
            kit.stop()

    def stop(self, number: int) -> None:
        """Fade out a slot's hits."""
        kit = self._kits.get(number)
        if kit is not None:
            kit.stop()

    def panic(self) -> None:
        """Fade out all hits. [any]"""
        self.hits.stop_all()
        for kit in self._kits.values():
            kit.channels.panic()

    def kit(self, number: int) -> Kit | None:
        """Return the kit of a slot; None: it plays no hits."""
        return self._kits.get(number)

    def kept(self, number: int) -> Mapping[str, float]:
        """Return values by parameter id that a session needs in addition to the set ones."""
        kit = self._kits.get(number)
        try:
            return {} if kit is None else kit.maker.kept(kit.values())
        except Exception as error:  # as above
            self._give_up(self._kits[number], error)
            return {}

    def messages(self) -> Iterator[str]:
        """Yield sentences for the user since the last call."""
        while self._messages:
            yield self._messages.popleft()

    def losses(self) -> Iterator[Message]:
        """Yield messages "lost", see `rack.Message`, for kits that have lost their device.
        [control]

        Such a kit repeats its hits until another source takes its place.
        """
        while self._losses:
            yield self._losses.popleft()

    def _give_up(self, kit: Kit, error: Exception) -> None:
        if kit.failure:  # reported already
            return
        kit.give_up(error)
        if isinstance(error, ProcessorLostError):
            text = first_line(error)
            self._losses.append(Message("lost", kit.number, text, payload=kit.source))
            return
        self._messages.append(
            f"Slot {kit.number} repeats its ready hits, because it cannot make new ones"
            f" ({kit.failure})."
        )

    # -- strikes ---------------------------------------------------------------------------------

    def play(self, events: NDArray[np.void], hit_frame: HitFrame, slot: int = 0) -> None:
        """Play live MIDI_EVENTs for a slot (0: all); `hit_frame` maps their frames. [midi]"""
        kits = [kit for number, kit in self._kits.items() if slot in (0, number)]
        if not kits:
            return
        for frame, *message in events.tolist():
            at = hit_frame(frame)
            for kit in kits:
                self._play(kit, at, *message)
        self._worker.wake()

    def _hand_over(
        self, number: int, frame: int, status: int, data1: int, data2: int, port: int
    ) -> None:
        """Pass on a note that a slot has reached, unless it is a live one. [render]"""
        if port >= SCHEDULED_PORT:
            self._notes.put((number, self._stream_frame(frame), status, data1, data2, port))

    def _strike_on_time(self) -> None:
        raise_priority(HELPER_PRIORITY)
        while (note := self._notes.get()) is not None:
            number, frame, *message = note
            kit = self._kits.get(number)  # the present kit: pads may have been exchanged meanwhile
            if kit is not None:
                self._play(kit, frame, *message)
                self._worker.wake()

    def _play(
        self, kit: Kit, stream_frame: int | None, status: int, data1: int, data2: int, port: int
    ) -> None:
        try:
            kit.midi(status, data1, data2, stream_frame, port)
        except Exception as error:  # as above
            self._give_up(kit, error)
