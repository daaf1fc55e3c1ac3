"""Slot of the rack: one generator with gain, pan, mute, solo, channel, zone and controllers.

While a generator is exchanged the slot has two: the new one fades in, the old one out.
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...generator import Audio, Plays, State
from ...routing import MASTER, Ways
from ..nested_state import join, part
from ..notes.zone import Zone
from ..signal.inlet import Heard, Inlet
from ..signal.mixing import amplitude, mix, pan_gains
from ..signal.safety import Fault
from .load import SlotLoad
from .slot_generator import QUANTUM, SlotGenerator
from .smoothing import Smoother

STRIP_MS = 10.0  # time constant of gain and pan
METER_SECONDS = 0.3  # time constant with which a meter falls
RAMP = np.arange(1, QUANTUM + 1, dtype=np.float32)[:, None] / QUANTUM


@dataclass
class Strip:
    """The mixer's settings of a slot."""

    gain_db: float = 0.0
    pan: float = 0.0  # -1 left … 1 right
    mute: bool = False
    solo: bool = False
    stopped: bool = False
    width: float | None = None  # 0 … 1; None: as the model wants it, here and below
    key_pan: float | None = None  # 0 … 1
    send_db: float = 0.0  # of what is sent to another slot, after `gain_db`
    hears_input: bool = True  # an effect hears the live input
    bypass: bool = False  # an effect passes on what it hears


Buses = Callable[[int], Audio]  # returns what the sounds for a slot, or MASTER, are added to


class Slot:
    """Everything between MIDI messages and the stereo bus for one place in the rack."""

    def __init__(self, source: SlotGenerator, sample_rate: int) -> None:
        self.sources = [source]  # the last one is played, earlier ones fade out
        self.strip = Strip()
        self.zone = Zone()
        source.keyboard.zone = self.zone
        self.controllers: dict[int, int] = {}  # control change number → parameter index
        source.keyboard.channels.unheard = self.controllers
        self.leaving = False
        self.load = SlotLoad(QUANTUM, sample_rate)
        self.meter = np.zeros(2, np.float32)  # recent peak, left and right
        self._meter_fall = np.float32(np.exp(-QUANTUM / (METER_SECONDS * sample_rate)))
        self._mixer = Smoother(
            np.array([1.0, 0.0, 0.0, 0.0, 0.0], np.float32), [STRIP_MS] * 5, QUANTUM / sample_rate
        )  # amplitude, pan, width, amplitude of what is sent, share of what passes an effect by
        self.ways = Ways()
        self._ways_before = Ways()  # at the last frame
        self.inlet = Inlet(QUANTUM)
        self._unmetered = np.zeros(2, np.float32)
        mix(source.out, self.meter, self.meter, np.zeros((QUANTUM, 2), np.float32), self.meter)
        self._audible = (True, True)  # output, and what is sent
        # per source: (2 ways, 2 sides), at the last frame
        self._gains: list[NDArray[np.float32] | None] = [None]
        self._width = self._past = 0.0  # at the last frame
        self._spread_keys(0)
        self._aim()

    @property
    def source(self) -> SlotGenerator:
        """The generator that is played; those before it fade out."""
        return self.sources[-1]

    # -- commands [render] -----------------------------------------------------------------------

    def set_mix(self, frame: int, field: str, value: Any) -> None:
        """Set a checked value of the strip or the zone."""
        if field == "bend_range":
            self.source.keyboard.set_bend_range(frame, value)
        elif hasattr(self.strip, field):
            setattr(self.strip, field, value)
            self._spread_keys(frame)
            self._aim()
        else:
            if field == "channel" and value != self.zone.channel:
                self.source.keyboard.release_all(frame)
            setattr(self.zone, field, value)

    def settle(self) -> None:
        """Let gain, pan and width start at their targets. [control], before it is heard"""
        for index in range(5):
            self._mixer.jump(index, self._mixer.target(index))
        self._width, self._past = self._mixer.target(2), self._mixer.target(4)
        self.inlet.load_state(float(self._hears_live))

    def hear(self, audible: tuple[bool, bool]) -> None:
        """Set whether other slots' solo leaves the output, and what is sent, audible."""
        if audible != self._audible:
            self._audible = audible
            self._aim()

    def connect(self, ways: Ways) -> None:
        """Lead the sound elsewhere, under a crossfade of one quantum."""
        self.ways = ways

    def _aim(self) -> None:
        silent = self.strip.mute or (self.strip.stopped and not self._only_answers)
        output, sent = self._audible
        level = 0.0 if silent else amplitude(self.strip.gain_db)
        self._mixer.aim(0, level if output else 0.0)
        self._mixer.aim(1, self.strip.pan)
        self._mixer.aim(2, self._wanted_width())
        self._mixer.aim(3, level * amplitude(self.strip.send_db) if sent else 0.0)
        self._mixer.aim(4, float(self.strip.bypass and self._only_answers))

    @property
    def _only_answers(self) -> bool:
        return self.source.generator.descriptor.only_answers

    @property
    def _hears_live(self) -> bool:
        return self.strip.hears_input and not (self.strip.stopped and self._only_answers)

    def _wanted_width(self) -> float:
        """Return the width that is set, or the model's; none for hits, which do not pass here."""
        model = self.source.generator.descriptor
        if Plays.HITS in model.plays:
            return 0.0
        return model.width if self.strip.width is None else self.strip.width

    def _spread_keys(self, frame: int) -> None:
        """Let the keyboard place notes by their keys; hits have places of their own."""
        model = self.source.generator.descriptor
        wanted = model.key_pan if self.strip.key_pan is None else self.strip.key_pan
        spread = wanted if Plays.NOTES in model.plays else 0.0
        self.source.keyboard.set_key_pan(frame, spread)

    def gains(self, channels: int) -> tuple[float, float]:
        """Return left and right factor for what begins now, at the mixer's targets. [any]"""
        level = self._mixer.target(0) * self.source.loudness
        left, right = pan_gains(self._mixer.target(1), channels)
        return level * left, level * right

    def swap(self, frame: int, source: SlotGenerator) -> None:
        """Crossfade to another generator, which takes over the held notes."""
        before = self.source
        if source.generator.descriptor.parameters != before.generator.descriptor.parameters:
            for controller in list(self.controllers):
                self.map_controller(frame, controller, -1)
        self.sources.append(source)
        self._spread_keys(frame)
        source.keyboard.channels.unheard = self.controllers
        source.keyboard.adopt(before.keyboard, frame)
        source.enter(frame)
        source.fade, source.fading = 0.0, 1
        before.fading = -1
        self._gains.append(np.zeros((2, 2), np.float32))
        self._aim()

    def map_controller(self, frame: int, controller: int, index: int) -> None:
        """Let a controller move a parameter and nothing else; index -1: restore its meaning in
        MIDI.
        """
        self.controllers.pop(controller, None)
        if index >= 0:
            self.controllers[controller] = index
        self.source.keyboard.hear_again(frame, controller)

    def leave(self) -> None:
        """Fade out for good."""
        self.leaving = True
        self.source.fading = -1

    def midi(self, frame: int, status: int, data1: int, data2: int, port: int) -> None:
        """Take a channel message: a mapped controller moves its parameter, the rest is played."""
        if status & 0xF0 == 0xB0 and data1 in self.controllers and self.zone.listens(status):
            index = self.controllers[data1]
            parameter = self.source.generator.descriptor.parameters[index]
            span = parameter.maximum - parameter.minimum
            target = parameter.clamp(parameter.minimum + span * data2 / 127)
            self.source.parameters.aim(index, target)
            self.source.keyboard.turn_elsewhere(port << 4 | status & 0x0F, data1, data2)
        else:
            self.source.keyboard.midi(frame, status, data1, data2, port)
            if self.source.take_note is not None:
                self.source.take_note(frame, status, data1, data2, port)

    # -- sound [render] --------------------------------------------------------------------------

    def render(self, frame: int, live: Audio, buses: Buses) -> Fault:
        """Add the quantum at `frame` to the buses where it leads; return a fault that began in it.

        `live` (QUANTUM, 1) is the live input of that quantum.
        """
        self._mixer.step()
        level, pan, width, sent, past = self._mixer.values.tolist()
        self.meter *= self._meter_fall
        fault = Fault.NONE
        heard = self.inlet.take(live, self._hears_live)
        for index, source in enumerate(self.sources):
            fault = source.render(frame, heard) or fault
            left, right = pan_gains(pan, source.channels)
            strengths = level * source.gain, sent * source.gain
            after = np.array([(left * way, right * way) for way in strengths], np.float32)
            answer = self._past_the_effect(source, heard, past)
            sound = source.widener.process(answer, self._width, width)
            self._pass_on(sound, self._gains[index], after, buses)
            self._gains[index] = after
        self._width, self._past, self._ways_before = width, past, self.ways
        return fault

    def _past_the_effect(self, source: SlotGenerator, heard: Heard, past: float) -> Audio:
        """Return what a source plays, crossfaded to what it hears as far as it is bypassed."""
        if self._past == past == 0.0:
            return source.out
        share = (self._past + (past - self._past) * RAMP).astype(np.float32)
        return (1 - share) * source.out + share * heard[source.channels - 1]

    def _pass_on(
        self,
        sound: Audio,
        before: NDArray[np.float32] | None,
        after: NDArray[np.float32],
        buses: Buses,
    ) -> None:
        """Add a sound to the buses; gains (2 ways, 2 sides) go from `before` to `after`."""
        before = after if before is None else before
        for way, (old, new) in enumerate(zip(self._ways_before, self.ways, strict=True)):
            is_output = way == 0
            meter = self.meter if is_output else self._unmetered
            begin = before[way]
            if old != new:
                silence = np.zeros(2, np.float32)
                if is_output or old != MASTER:
                    mix(sound, begin, silence, buses(old), self._unmetered)
                begin = silence
            if is_output or new != MASTER:
                mix(sound, begin, after[way], buses(new), meter)

    def retire(self) -> list[SlotGenerator]:
        """Remove and return the generators that have faded out."""
        done = [s for s in self.sources if s.fading < 0 and s.fade == 0.0]
        if done:
            kept = [(s, g) for s, g in zip(self.sources, self._gains, strict=True) if s not in done]
            self.sources = [s for s, _ in kept]
            self._gains = [g for _, g in kept]
        return done

    # -- state [render] --------------------------------------------------------------------------

    def save_state(self) -> tuple[State, dict[str, Any]]:
        """Return arrays and JSON values."""
        saved = [source.save_state() for source in self.sources]
        arrays = join(
            mixer=self._mixer.save_state(),
            **{f"source{i}": state for i, (state, _) in enumerate(saved)},
        )
        facts = {
            "strip": asdict(self.strip),
            "zone": asdict(self.zone),
            "controllers": sorted(self.controllers.items()),
            "leaving": self.leaving,
            "audible": list(self._audible),
            "ways": [self.ways, self._ways_before],
            "live": self.inlet.save_state(),
            "gains": [None if g is None else g.tolist() for g in self._gains],
            "width": self._width,
            "past": self._past,
            "sources": [facts for _, facts in saved],
        }
        return arrays, facts

    def load_state(self, arrays: State, facts: dict[str, Any]) -> None:
        """Restore what `save_state` returned; `sources` must be of the models that it names."""
        self.strip = Strip(**facts["strip"])
        self.zone = Zone(**facts["zone"])
        self.controllers.clear()
        self.controllers.update(facts["controllers"])
        self.leaving, self._audible = facts["leaving"], tuple(facts["audible"])
        self.ways, self._ways_before = (Ways(*ways) for ways in facts["ways"])
        self.inlet.load_state(facts["live"])
        self._mixer.load_state(part(arrays, "mixer"))
        self._gains = [None if g is None else np.array(g, np.float32) for g in facts["gains"]]
        self._width, self._past = facts["width"], facts["past"]
        self._spread_keys(0)
        for index, source in enumerate(self.sources):
            source.keyboard.channels.unheard = self.controllers
            source.load_state(part(arrays, f"source{index}"), facts["sources"][index], self.zone)
