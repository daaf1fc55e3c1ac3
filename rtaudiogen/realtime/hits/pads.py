"""Hits on stage: every strike starts a finished hit, one device block after the key.

Live notes are struck on the midi thread itself. Notes that are played by time are reached by the
render thread, a ring ahead of the device; it only hands them over, with the stream frame that they
belong to, and the striker's thread starts them there. Whatever the pool cannot give in time is
replaced by the pad's last hit: never silence, never a wait.
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
from ..render.slot_generator import Source, first_line
from .hit_worker import HitWorker
from .hits import Hits
from .kit import Kit

JOIN_SECONDS = 2.0

HitFrame = Callable[[int], int | None]  # an event's frame -> its hit's stream frame; None: at once
_Note = tuple[int, int, int, int, int, int]  # slot, stream frame, status, data1, data2, port


def makes_hits(source: Source) -> bool:
    """Whether its generator makes its hits ahead: it is a HitMaker."""
    return hasattr(source.generator, "make") and hasattr(source.generator, "recipe")


class Pads:
    """The kits of a renderer that plays live.

    `stream_frame` tells the render thread at which stream frame the render frame that it has
    reached will be played.
    """

    def __init__(self, memory: AudioMemory, stream_frame: Callable[[int], int]) -> None:
        self.hits = Hits(memory)
        self._memory = memory
        self._stream_frame = stream_frame
        self._kits: dict[int, Kit] = {}  # replaced as a whole: others iterate
        self._messages: deque[str] = deque()
        self._losses: deque[Message] = deque()
        self._notes: SimpleQueue[_Note | None] = SimpleQueue()
        self._worker = HitWorker(lambda: self._kits.values(), self._give_up)
        self._striker = threading.Thread(target=self._strike_on_time, name="striker", daemon=True)

    def start(self) -> None:
        """Begin to make and to strike. [control]"""
        self._worker.start()
        self._striker.start()

    def close(self) -> None:
        """End both threads. [control]"""
        self._worker.stop()
        self._notes.put(None)
        if self._striker.is_alive():
            self._striker.join(JOIN_SECONDS)

    # -- the rack [control] ----------------------------------------------------------------------

    def place(self, number: int, slot: Slot, source: Source, channels: Channels) -> None:
        """A slot is going to play `source`; if that makes hits, its notes are taken from here on.

        `channels` is how all channels stand, as the render thread knows it.
        Returns when every pad has a hit ready; what stood there before is played until then.
        """
        if not makes_hits(source):
            self.remove(number)
            return
        rate, columns = self._memory.sample_rate, self._memory.channels
        kit = Kit(number, slot, source, self.hits, rate, columns)
        try:
            kit.make_first()
        except Exception as error:  # a stranger's maker may raise anything
            self._give_up(kit, error)
        source.give_notes_to(partial(self._hand_over, number))
        before = self._kits.get(number)
        kit.channels.take_over(channels if before is None else before.channels)
        self._kits = {**self._kits, number: kit}
        if before is not None:
            before.stop()
        self._worker.wake()

    def remove(self, number: int) -> None:
        """A slot's hits fade out, and no more are started."""
        kit = self._kits.get(number)
        if kit is not None:
            self._kits = {n: other for n, other in self._kits.items() if other is not kit}
            kit.stop()

    def stop(self, number: int) -> None:
        """A slot's hits fade out."""
        kit = self._kits.get(number)
        if kit is not None:
            kit.stop()

    def panic(self) -> None:
        """All hits fade out. [any]"""
        self.hits.stop_all()
        for kit in self._kits.values():
            kit.channels.panic()

    def kit(self, number: int) -> Kit | None:
        """What a slot plays hits with, if it does."""
        return self._kits.get(number)

    def kept(self, number: int) -> Mapping[str, float]:
        """Values by parameter id that a session needs beside those that are set."""
        kit = self._kits.get(number)
        try:
            return {} if kit is None else kit.maker.kept(kit.values())
        except Exception as error:  # as above
            self._give_up(self._kits[number], error)
            return {}

    def messages(self) -> Iterator[str]:
        """Sentences for the player since the last call."""
        while self._messages:
            yield self._messages.popleft()

    def losses(self) -> Iterator[Message]:
        """Kits whose maker has lost its device since the last call: "lost", see `rack.Message`.

        What they have is repeated until another source takes their place. [control]
        """
        while self._losses:
            yield self._losses.popleft()

    def _give_up(self, kit: Kit, error: Exception) -> None:
        if kit.failure:  # said already
            return
        kit.give_up(error)
        if isinstance(error, ProcessorLostError):
            text = first_line(error)
            self._losses.append(Message("lost", kit.number, text, payload=kit.source))
            return
        self._messages.append(
            f"Slot {kit.number} repeats the hits that it has: new ones cannot be made"
            f" ({kit.failure})."
        )

    # -- strikes ---------------------------------------------------------------------------------

    def play(self, events: NDArray[np.void], hit_frame: HitFrame, slot: int = 0) -> None:
        """Live MIDI_EVENTs for a slot (0: all); `hit_frame` tells when each takes effect. [midi]"""
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
        """A note that a slot has reached; live ones have been played. [render]"""
        if port >= SCHEDULED_PORT:
            self._notes.put((number, self._stream_frame(frame), status, data1, data2, port))

    def _strike_on_time(self) -> None:
        raise_priority(HELPER_PRIORITY)
        while (note := self._notes.get()) is not None:
            number, frame, *message = note
            kit = self._kits.get(number)  # that of now: pads may have been exchanged meanwhile
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
