"""A slot whose device was lost plays on on the CPU: the same model, sound, seed and values.

The stand-in is made on a thread of its own, because compiling may take longer than an engine may
be silent before it is taken for dead; it takes its place when the housekeeper looks for it.
"""

import threading
from queue import Empty, SimpleQueue
from typing import NamedTuple
from weakref import WeakSet

from ..errors import RtAudioGenError
from ..processors import CPU
from ..realtime.render.rack import Message
from ..realtime.render.renderer import Renderer
from ..realtime.render.slot_generator import Source
from ..registry import one_line
from ..saving import session_slots
from ..saving.sessions import SlotState
from .device_choice import DeviceChoice, Say


class _Made(NamedTuple):
    lost: Message
    source: Source | None  # None: the CPU cannot have it either
    notices: list[str]


class Rescue:
    """Stand-ins on their way to a renderer's rack."""

    def __init__(self, renderer: Renderer, device_of: DeviceChoice, say: Say) -> None:
        self._renderer, self._device_of, self._say = renderer, device_of, say
        self._known: WeakSet[Source] = WeakSet()  # the render and the hits' thread may both tell
        self._made: SimpleQueue[_Made] = SimpleQueue()

    def hear(self, message: Message, state: SlotState | None) -> None:
        """A "lost" or a "moved" message of a slot; None: it is gone. Returns at once. [control]"""
        if message.kind == "moved":  # the GPU may do for others
            self._say(f"Slot {message.slot}: not on the GPU ({message.text}); the CPU plays.")
            return
        self._device_of.lose(message.payload.device)
        if state is not None:
            self._begin(message, state)

    def _begin(self, lost: Message, state: SlotState) -> None:
        source: Source = lost.payload
        if source in self._known:
            return
        self._known.add(source)
        if source.device == CPU:  # there is nothing to fall back to
            self._made.put(_Made(lost, None, []))
            return
        arguments = (lost, state.model)
        threading.Thread(target=self._make, args=arguments, name="rescue", daemon=True).start()

    def _make(self, lost: Message, model: str) -> None:
        notices: list[str] = []
        stand_in: Source | None = None
        try:
            generator = session_slots.recreate(
                model, lost.payload.sound, lost.payload.generator.descriptor.voices,
                self._renderer.sample_rate, notices,
            )  # fmt: skip
            if generator.descriptor.parameters != lost.payload.generator.descriptor.parameters:
                raise RtAudioGenError("its file has been replaced by another model's")
            stand_in = self._renderer.stand_in(generator, lost.payload)
        except Exception as error:  # a stranger's generator may raise anything
            notices.append(f"The CPU cannot have {model}: {one_line(error)}.")
        self._made.put(_Made(lost, stand_in, notices))

    def finish(self) -> None:
        """Let the next one play that is ready, and say so. [control], often

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
                f" {id} plays on on the CPU."
            )

    def _give_up(self, lost: Message) -> None:
        source: Source = lost.payload
        source.lost = False  # it has failed, as any other
        state = "is silent" if source.failed else "repeats the hits that it has"
        self._say(f"Slot {lost.slot} {state}: {lost.text}; exchange it.")
