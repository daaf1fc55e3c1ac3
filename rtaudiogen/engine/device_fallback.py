"""Fallback to the CPU for a slot whose device was lost: same model, sound, seed and values.

The replacement is made on a thread of its own, because compiling may take longer than an engine may
be silent. The housekeeper puts it into the rack when it is ready.
"""

import threading
from queue import Empty, SimpleQueue
from typing import NamedTuple
from weakref import WeakSet

from ..errors import RtAudioGenError
from ..processors import CPU
from ..realtime.render.rack import Message
from ..realtime.render.renderer import Renderer
from ..realtime.render.slot_generator import SlotGenerator
from ..registry import one_line
from ..saving import session_slots
from ..saving.sessions import SlotState
from .device_choice import DeviceChoice, Say


class _Made(NamedTuple):
    lost: Message
    source: SlotGenerator | None  # None: the CPU cannot compute it either
    notices: list[str]


class DeviceFallback:
    """Replacements that are being made for a renderer's rack."""

    def __init__(self, renderer: Renderer, device_of: DeviceChoice, say: Say) -> None:
        self._renderer, self._device_of, self._say = renderer, device_of, say
        self._known: WeakSet[SlotGenerator] = WeakSet()  # two threads may report the same one
        self._made: SimpleQueue[_Made] = SimpleQueue()

    def hear(self, message: Message, state: SlotState | None) -> None:
        """Handle a "lost" or a "moved" message of a slot; `state` None: it is gone. [control]

        It returns at once.
        """
        if message.kind == "moved":  # the GPU may still work for other slots
            self._say(
                f"Slot {message.slot}: the GPU failed ({message.text}); the CPU computes it now."
            )
            return
        self._device_of.lose(message.payload.device)
        if state is not None:
            self._begin(message, state)

    def _begin(self, lost: Message, state: SlotState) -> None:
        source: SlotGenerator = lost.payload
        if source in self._known:
            return
        self._known.add(source)
        if source.device == CPU:  # there is no other processor
            self._made.put(_Made(lost, None, []))
            return
        arguments = (lost, state.model)
        threading.Thread(target=self._make, args=arguments, name="fallback", daemon=True).start()

    def _make(self, lost: Message, model: str) -> None:
        notices: list[str] = []
        stand_in: SlotGenerator | None = None
        try:
            generator = session_slots.recreate(
                model, lost.payload.sound, lost.payload.generator.descriptor.voices,
                self._renderer.sample_rate, notices,
            )  # fmt: skip
            if generator.descriptor.parameters != lost.payload.generator.descriptor.parameters:
                raise RtAudioGenError("its file now holds another model")
            stand_in = self._renderer.stand_in(generator, lost.payload)
        except Exception as error:  # a third-party generator may raise anything
            notices.append(f"The CPU cannot compute {model}: {one_line(error)}.")
        self._made.put(_Made(lost, stand_in, notices))

    def finish(self) -> None:
        """Put the next finished replacement into the rack, and report it. [control], call it often

        One at a time: the first hits of a drum machine take a while to make.
        """
        try:
            made = self._made.get_nowait()
        except Empty:
            return
        for notice in made.notices:
            self._say(notice)
        if made.source is None:
            self._give_up(made.lost)
        elif self._renderer.replace(made.lost.slot, made.lost.payload, made.source):
            id = made.source.generator.descriptor.id
            self._say(
                f"Slot {made.lost.slot}: the GPU is lost ({made.lost.text});"
                f" {id} now plays on the CPU."
            )

    def _give_up(self, lost: Message) -> None:
        source: SlotGenerator = lost.payload
        source.lost = False  # treat it as a failed generator
        state = "is silent" if source.failed else "repeats its ready hits"
        self._say(f"Slot {lost.slot} {state}: {lost.text}; exchange it.")
