"""A generator on the render thread: its voices, parameters, guard and way to the host rate.

Errors stay inside: the generator falls silent without a click, and tells why.
"""

import math
from collections.abc import Callable
from typing import Any, cast

import numpy as np

from ...errors import ProcessorLostError, RtAudioGenError
from ...events import EVENT, no_events
from ...generator import Audio, Events, Generator, Listener, Plays, State
from ..nested_state import join, part
from ..notes.keyboard import Keyboard
from ..notes.voices import Scheduled, VoiceAllocator
from ..notes.zone import Zone
from ..signal.inlet import Heard
from ..signal.input_resampler import InputResampler
from ..signal.levels import Levels
from ..signal.pair import Pair
from ..signal.resampler import Resampler
from ..signal.safety import Fault, Guard
from ..signal.widening import Widener
from .smoothing import Smoother

QUANTUM = 128  # host frames between control decisions, on a grid from stream frame 0
FADE_SECONDS = 0.02
RECOVERY_SECONDS = 0.1  # silence after a first fault; doubles with every further one
MAX_DOUBLINGS = 9
NO_EVENTS = no_events()
TakeNote = Callable[[int, int, int, int, int], None]  # frame, status, data1, data2, port


def first_line(error: Exception) -> str:
    """Return the first line of an error's message. [any]"""
    return (str(error).splitlines() or [""])[0]


def _resampler(generator: Generator, sample_rate: int) -> Resampler | Pair:
    """Return a resampler with two columns for a mono generator that pans its voices.

    Otherwise it has as many columns as the generator.
    """
    rate, channels = generator.sample_rate, generator.descriptor.channels
    if channels == 1 and getattr(generator, "pans", False):
        return Pair(rate, sample_rate, QUANTUM)
    return Resampler(rate, sample_rate, channels, QUANTUM)


class SlotGenerator:
    """One generator with all that depends on its rate, `out` (QUANTUM, columns) at the host's.

    `out` has two columns for a mono generator that pans its voices; `channels` still distinguishes
    it from a stereo one. `sound` names the sound that the generator plays from, to restore its
    state; `device` is its processor. [control] RtAudioGenError for a generator with more than two
    channels, or an effect that cannot hear; ProcessorLostError if the device has gone.
    """

    def __init__(
        self,
        generator: Generator,
        sample_rate: int,
        seed: int = 0,
        device: str = "cpu",
        sound: str = "",
    ) -> None:
        descriptor = generator.descriptor
        if descriptor.channels not in (1, 2):
            raise RtAudioGenError(f"{descriptor.id}: {descriptor.channels} channels, expected 1, 2")
        if descriptor.hears not in (1, 2):
            raise RtAudioGenError(
                f"{descriptor.id}: hears {descriptor.hears} channels, expected 1, 2"
            )
        if Plays.EFFECT in descriptor.plays and not hasattr(generator, "hear"):
            raise RtAudioGenError(f"{descriptor.id}: an effect needs the method 'hear'")
        self.generator = generator
        self.sound = sound
        self.seed = seed
        self.device = device
        self.resampler = _resampler(generator, sample_rate)
        generator.prepare(self.resampler.max_in_frames, device)
        generator.reset(seed)
        played = descriptor.plays & {Plays.NOTES, Plays.HITS}
        self.voices = VoiceAllocator(
            descriptor.voices if played else 0,
            sample_rate,
            generator.sample_rate,
            generator.delay_frames,
        )
        streams = bool(descriptor.plays & {Plays.STREAM, Plays.EFFECT})
        self.channels = descriptor.channels
        self.keyboard = Keyboard(self.voices, Zone(), streams)
        self.parameters = Smoother(
            descriptor.defaults(),
            [0.0 if p.stepped else p.smoothing_ms for p in descriptor.parameters],
            QUANTUM / sample_rate,
        )
        self._levels = Levels(descriptor)
        self.widener = Widener(sample_rate, QUANTUM)
        columns = self.resampler.inlet(1).shape[1]
        self.guard = Guard(columns, generator.sample_rate, descriptor.voices)
        self.out = np.zeros((QUANTUM, columns), np.float32)

        def at_host_rate(frames: int) -> int:
            return math.ceil(frames * sample_rate / generator.sample_rate)

        out_frames = self.resampler.delay_frames
        self.latency_frames = at_host_rate(generator.delay_frames) + out_frames
        self._input: InputResampler | None = None
        self.input_delay_frames = 0  # host frames, of the way to the generator's rate
        self.answer_frames = out_frames  # host frames, from there to the answer
        self.echo_frames = 0  # host frames, rounded, from input to its answer in total
        if Plays.EFFECT in descriptor.plays:
            self._input = InputResampler(
                sample_rate,
                generator.sample_rate,
                QUANTUM,
                self.resampler.max_in_frames,
                descriptor.hears,
            )
            self.input_delay_frames = at_host_rate(self._input.delay_frames)
            answers = getattr(generator, "input_delay_frames", 0)
            self.answer_frames = at_host_rate(answers) + out_frames
            model_frames = self._input.delay_frames + answers
            self.echo_frames = (
                round(model_frames * sample_rate / generator.sample_rate) + out_frames
            )
        self._warm_up()
        self.faults = 0
        self.failed = ""  # the generator's error, if it failed
        self.lost = False  # its device was lost: another generator may replace it
        self.take_note: TakeNote | None = None  # plays its notes instead, if set
        self.resets = 0  # of the generator, after faults and restarts
        self.fade = 1.0  # 0 … 1
        self.fading = 0  # -1: out, 1: in
        self._fade_step = QUANTUM / (FADE_SECONDS * sample_rate)
        self._recovery_quanta = math.ceil(RECOVERY_SECONDS * sample_rate / QUANTUM)
        self._pause = 0  # quanta until it sounds again
        self._origin = -1  # host frame of its first frame
        self._rendered = 0  # model frames
        self._carried: list[Scheduled] = []  # due in a model frame that is not rendered yet
        self._silent_levels = np.zeros(descriptor.voices, np.float32)

    def _warm_up(self) -> None:
        """Compile everything that rendering calls. [control]"""
        for index in range(len(self.parameters.values)):
            self.parameters.aim(index, self.parameters.target(index))
        self.parameters.step()
        self.guard.inspect(self.resampler.inlet(1))
        needed = self.resampler.needs(QUANTUM)
        self.resampler.process(needed, self.out)
        self.resampler.reset()
        for width in (1.0, 0.0):
            self.widener.process(self.out, width, width)
        if self._input is not None:
            self._input.take(
                np.zeros((QUANTUM, self.generator.descriptor.hears), np.float32), needed
            )
            self._input.reset()
        self.guard.reset()

    @property
    def gain(self) -> float:
        """Gain of the fade, at equal power, and of the loudness. [render]"""
        return math.sin(self.fade * math.pi / 2) * self.loudness

    @property
    def loudness(self) -> float:
        """Factor that makes what it plays as loud as other models. [any]"""
        return self._levels.factor(self.parameters.values)

    def give_notes_to(self, take: TakeNote) -> None:
        """Let `take` play the notes instead; no voice is left here. [control]

        Call it before the first frame is rendered, or after `load_state`.
        """
        self.take_note = take
        self.voices.voices.clear()

    def enter(self, frame: int) -> None:
        """Take `frame` as the first. [render]"""
        self._origin = frame

    def render(self, frame: int, heard: Heard) -> Fault:
        """Fill `out` for the quantum at `frame`; return a fault that began in it. [render]

        `heard` is the input of the same quantum, at the host's rate.
        """
        if self._pause:
            self._wait(frame)
        self.parameters.step()
        needed = self.resampler.needs(QUANTUM)
        block = self.resampler.inlet(needed)
        fault = Fault.NONE
        heard_here = None
        if self._input is not None:
            heard_here = self._input.take(heard[self.generator.descriptor.hears - 1], needed)
        if self.failed or self._pause:
            self.voices.take(frame + QUANTUM)
            if self.lost:  # a replacement must not hold keys that are released now
                self.voices.observe(self._silent_levels, frame + QUANTUM)
            block[:] = 0.0
            self.guard.inspect(block)
        elif needed:
            fault = self._generate(frame, needed, heard_here)
        self._rendered += needed
        self.resampler.process(needed, self.out)
        self.fade = min(1.0, max(0.0, self.fade + self.fading * self._fade_step))
        return fault

    def _generate(self, frame: int, needed: int, heard: Audio | None) -> Fault:
        block = self.resampler.inlet(needed)
        try:
            if heard is not None:
                cast(Listener, self.generator).hear(heard)
            self.generator.render(block, self.parameters.values, self._events(frame, needed))
            self.voices.observe(self.generator.voice_levels(), frame + QUANTUM)
        except Exception as error:  # third-party code may raise anything
            self._fail(error)
        fault = self.guard.inspect(block)
        if self.failed:
            return Fault.NONE
        if fault:
            self.faults += 1
            self.silence(self._recovery_quanta << min(self.faults - 1, MAX_DOUBLINGS))
        return fault

    def _events(self, frame: int, needed: int) -> Events:
        """Return the events of this block, at frames of the generator. [render]"""
        due = [*self._carried, *self.voices.take(frame + QUANTUM)]
        if not due:
            return NO_EVENTS
        self._carried = []
        rows = []
        for scheduled in due:
            host_frames = max(0, scheduled[0] - self._origin)
            ahead = -(-host_frames * self.resampler.down // self.resampler.up) - self._rendered
            if ahead < needed:
                rows.append((max(ahead, 0), *scheduled[1:]))
            else:
                self._carried.append(scheduled)
        return np.array(rows, EVENT)

    def silence(self, quanta: int) -> None:
        """Die away within milliseconds, and start again after a pause. [render]"""
        self.guard.condemn()
        self._pause = quanta

    def restart(self, seed: int) -> None:
        """Start again from another seed. [render]"""
        self.seed = seed
        self.silence(self._recovery_quanta)

    def _wait(self, frame: int) -> None:
        self._pause -= 1
        if self.fading >= 0:
            self.fade, self.fading = 0.0, int(self._pause == 0)
        if self._pause or self.failed:
            return
        try:
            self.generator.reset(self.seed + self.faults)
        except Exception as error:  # as above
            self._fail(error)
            return
        self.resets += 1
        self.guard.reset()
        self.keyboard.forget(frame)
        self._carried = []

    def _fail(self, error: Exception) -> None:
        line = first_line(error)
        self.lost = isinstance(error, ProcessorLostError)
        self.failed = line if self.lost and line else f"{type(error).__name__}: {line}"
        self.guard.condemn()
        if not self.lost:
            self.voices.forget()

    def save_state(self) -> tuple[State, dict[str, Any]]:
        """Return arrays and JSON values. [render]

        ProcessorLostError after the device was lost: its state could not be continued.
        """
        if self.lost:
            raise ProcessorLostError(self.failed)
        arrays = join(
            generator={} if self.failed else self.generator.save_state(),
            resampler=self.resampler.save_state(),
            parameters=self.parameters.save_state(),
            guard=self.guard.save_state(),
            widener=self.widener.save_state(),
            input=self._input.save_state() if self._input is not None else {},
        )
        facts = {
            "model": self.generator.descriptor.id,
            "voices": self.generator.descriptor.voices,
            "keyboard": self.keyboard.save_state(),
            "sound": self.sound,
            "seed": self.seed,
            "faults": self.faults,
            "failed": self.failed,
            "fade": self.fade,
            "fading": self.fading,
            "pause": self._pause,
            "origin": self._origin,
            "rendered": self._rendered,
            "carried": [list(s) for s in self._carried],
        }
        return arrays, facts

    def load_state(self, arrays: State, facts: dict[str, Any], zone: Zone) -> None:
        """Restore what `save_state` returned; ValueError for another model's. [render]"""
        if not facts["failed"]:
            self.generator.load_state(part(arrays, "generator"))
        self.resampler.load_state(part(arrays, "resampler"))
        self.parameters.load_state(part(arrays, "parameters"))
        self.guard.load_state(part(arrays, "guard"))
        self.widener.load_state(part(arrays, "widener"))
        if self._input is not None:
            self._input.load_state(part(arrays, "input"))
        self.keyboard.load_state(facts["keyboard"])
        self.keyboard.zone = zone
        self.seed, self.faults, self.failed = facts["seed"], facts["faults"], facts["failed"]
        self.fade, self.fading = facts["fade"], facts["fading"]
        self._pause, self._origin = facts["pause"], facts["origin"]
        self._rendered = facts["rendered"]
        self._carried = [(s[0], s[1], s[2], s[3], s[4]) for s in facts["carried"]]
