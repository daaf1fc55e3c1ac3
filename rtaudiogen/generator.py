"""The contract of a generator: everything the host knows about a sound source.

A *family* (`Family`) lists its models as `Descriptor`s without importing torch or opening weights,
and creates a `Generator` from one. Every method carries the thread that may call it:
[control] may take its time; [render] runs on the render thread and must neither wait, nor log, nor
raise on data, nor allocate anything that grows.

Four properties hold for every generator and are proved by `rtaudiogen check`:

* the same seed, parameters and events at the same frames give the same bits at any block size;
* streaming output equals the network's parallel forward;
* saved state, random numbers included, resumes bit for bit;
* `delay_frames` is the true delay.
"""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from .views import KeyboardView, PadView, View, XYView

MOST_VOICES = 256  # that a host gives to a generator

Audio = NDArray[np.float32]  # (frames, channels)
Events = NDArray[np.void]  # (events,), dtype events.EVENT, sorted by frame
State = dict[str, NDArray[Any]]


class Plays(StrEnum):
    """What makes a generator sound; it may be several things at once.

    STREAM and NOTES together: it sounds by itself, and notes add to that. `voice_levels` are the
    notes' alone then, and what is left when they have died away is the stream.
    """

    STREAM = "stream"  # sounds by itself
    NOTES = "notes"  # sounds while notes are held
    HITS = "hits"  # one-shots
    EFFECT = "effect"  # transforms its input: it is a Listener too


@dataclass(frozen=True)
class Parameter:
    """A named, ranged value in plain units. `id` is stable: sessions are stored by it.

    `smoothing_ms` is the time constant with which the host moves the value; 0 for values that jump.
    `labels` names the whole-number positions of a choice, and may name those of a continuous value.
    """

    id: str
    name: str
    minimum: float
    maximum: float
    default: float
    unit: str = ""
    stepped: bool = False
    labels: tuple[str, ...] = ()
    smoothing_ms: float = 20.0
    help: str = ""

    def clamp(self, value: float) -> float:
        """The nearest value in range; whole if stepped."""
        value = min(max(value, self.minimum), self.maximum)
        return float(round(value)) if self.stepped else value


@dataclass(frozen=True)
class Descriptor:
    """What can be known of a model without opening its weights."""

    id: str  # "wavenet-keys-strings", unique
    family: str
    name: str
    summary: str
    plays: frozenset[Plays]
    sample_rate: int  # model rate, frames per second in Hz; 0: any (the generator takes the host's)
    channels: int
    voices: int  # polyphony; 1 for a stream
    parameters: tuple[Parameter, ...]
    licence: str = ""
    path: Path | None = None  # weights
    facts: Mapping[str, Any] = field(default_factory=dict)  # the model file's own training facts
    takes_sound: bool = False  # whether the generator is a SoundTaker
    views: tuple[View, ...] = ()  # that fit it, the best of a kind first; see `offered_views`

    def parameter_index(self, id: str) -> int:
        """Position of a parameter; KeyError if there is none of that id."""
        for index, parameter in enumerate(self.parameters):
            if parameter.id == id:
                return index
        raise KeyError(id)

    def defaults(self) -> NDArray[np.float32]:
        """(parameters,) default values."""
        return np.array([p.default for p in self.parameters], np.float32)

    def offered_views(self) -> tuple[View, ...]:
        """Its own views; without any, what its parameters and its way of playing suggest."""
        if self.views:
            return self.views
        gliding = [p.id for p in self.parameters if not p.stepped]
        return (
            *([XYView(gliding[0], gliding[1])] if len(gliding) > 1 else []),
            *([PadView()] if Plays.HITS in self.plays else []),
            *([KeyboardView()] if Plays.NOTES in self.plays else []),
        )


class Generator(Protocol):
    """A sound source with explicit state.

    The host allocates voices: it names the voice in every note event, sends NOTE_ON only to a voice
    that is silent, and reads `voice_levels` after each render call to know which are.

    Bend, modulation, pressure, timbre, volume and pan come as events for one voice or for all of
    them (`events.EventKind`): notes of several MIDI channels may sound at once, and each follows
    its own. A generator follows those that it can; VOLUME and PAN must not click. A host that is
    told the volume of a hit that has begun may leave it as it is.
    """

    descriptor: Descriptor
    sample_rate: int  # frames per second in Hz
    delay_frames: int  # from an event to its first possible effect on the output

    def prepare(self, max_frames: int, device: str = "cpu") -> None:
        """Allocate, compile and warm up for blocks of up to `max_frames`. [control]

        `device` is one of `processors.NAMES`, what to compute on; RtAudioGenError, one line, if
        the generator cannot. Once more, with another device, begins anew.
        """

    def reset(self, seed: int) -> None:
        """Silence every voice and start the random numbers from `seed`. [render]"""

    def render(self, out: Audio, parameters: NDArray[np.float32], events: Events) -> None:
        """Fill `out` (frames, channels) completely; 0 < frames ≤ max_frames. [render]

        Raises nothing but ProcessorLostError.

        `parameters` (parameters,) are this block's values, in the descriptor's order.
        """

    def voice_levels(self) -> NDArray[np.float32]:
        """(voices,) recent peak of each voice; exactly 0 where a voice is free. [render]

        Of notes and hits; what a stream or an effect gives counts only if it plays neither.
        """

    def save_state(self) -> State:
        """Copies of everything that the future output depends on. [render]"""

    def load_state(self, state: State) -> None:
        """Continue bit for bit from `save_state`; ValueError if it is another model's. [render]"""


class Panner(Protocol):
    """What a generator of one channel can do beside the rest: place its voices in the stereo field.

    Its `render` then takes a block of two columns as well: the sum of its voices, each multiplied
    by its own left and right factor, which are both 1 for a voice whose PAN is 0. So a host that
    pans nobody hears in each column what one column would have held, bit for bit. A generator of
    two channels places its voices without being asked.
    """

    pans: bool  # True


class Listener(Protocol):
    """What a generator that plays `Plays.EFFECT` can do beside the rest.

    Input frame n is heard at the same time as output frame n is made: input from frame n on changes
    nothing before output frame n. What answers it comes `input_delay_frames` later; a network that
    hears in hops may answer the end of a hop sooner than that, never earlier than it came.
    """

    input_delay_frames: int

    def hear(self, block: Audio) -> None:
        """The input of the next `render` call, (frames, 1) and as many frames as it. [render]

        Without such a call the input is silence. Nothing of `block` may be kept but copies. Values
        that are not finite must not make the output so, now or later.
        """


class SoundTaker(Protocol):
    """What a generator whose descriptor `takes_sound` can do beside the rest.

    It has to play without a sound, too: the user's file may be gone when a session is opened.
    """

    def take(self, sound: NDArray[np.float32]) -> None:
        """Play from this sound, (frames,) mono at the generator's rate. [control], once, first.

        RtAudioGenError, one line, for a sound that cannot be used (too short, silent, not finite).
        """


class CodeStream(Protocol):
    """What a generator that plays a stream of codes can do beside the rest: let it be seen."""

    code_rate: float  # code frames per second
    codes: int  # a code is from 0 up to, not including, this

    def code_stream(self) -> NDArray[np.int64]:
        """(code frames ≥ 1, stages): what it reads when it plays from a sound. [control]"""

    def code_levels(self, stream: NDArray[np.int64]) -> NDArray[np.float32]:
        """(code frames,) peaks of what a stream (code frames, stages) sounds like. [control]"""

    def code_position(self) -> float | None:
        """The code frame of `code_stream` that sounds now; None while none of it does. [any]"""

    def newest_codes(self) -> tuple[int, NDArray[np.int64]]:
        """How many code frames have sounded, the last of them (code frames, stages). [any]"""


class Strike(NamedTuple):
    """How a hit is played: not part of what it is, so it may be decided at the last moment."""

    gain: float  # amplitude factor
    pan: float = 0.0  # -1 left … 1 right
    choke_group: int = 0  # a strike ends the hits of its own group; 0: of none


class HitMaker(Protocol):
    """What a generator that plays `Plays.HITS` can do beside the rest: make its hits ahead.

    A live host keeps finished hits in a pool and has the audio callback start them, one device
    block after the key. `render` plays the same hits where there is no such callback. A pad has a
    key or more; its hits are numbered from 0. What a hit sounds like is decided by its recipe,
    and the recipe by the seed of the last `reset` and its own arguments.
    """

    pads: int
    layers: int  # of velocity: the hits of one number that differ in how hard they were struck
    played: NDArray[np.int64]  # (pads,) hits played since `reset`; a live host counts them itself

    def pad_of(self, key: int) -> int | None:
        """The pad that a MIDI note strikes; None: no pad. [any]"""

    def layer_of(self, velocity: float, parameters: NDArray[np.float32]) -> int:
        """The layer of a velocity, 0 … 1; always 0 while velocity changes the gain only. [any]"""

    def recipe(
        self, pad: int, number: int, layer: int, parameters: NDArray[np.float32]
    ) -> Hashable:
        """All that hit `number` of a pad depends on; equal recipes make equal bits. [any]"""

    def make(self, recipe: Hashable) -> Audio:
        """(frames, channels) at the generator's rate, finished and level. [worker]

        Milliseconds without the interpreter's lock; called from one thread at a time, which is not
        the one that calls `render`.
        """

    def strike(self, pad: int, velocity: float, parameters: NDArray[np.float32]) -> Strike:
        """How a pad is played at a velocity, 0 … 1. [any]"""

    def kept(self, parameters: NDArray[np.float32]) -> Mapping[str, float]:
        """Values by parameter id that a session needs, so that a locked pad keeps its hit. [any]"""


class Codec(Protocol):
    """A model as a codec: sound in, code frames out, and back; streaming, of any length.

    The same signal gives the same codes, and the same codes the same bits of sound, however either
    is cut into pieces.
    """

    sample_rate: int  # frames per second in Hz
    hop: int  # sound frames per code frame
    look_ahead: int  # sound frames after a code frame that its codes wait for
    stages: int  # codes in a code frame
    least_stages: int  # the fewest, from the first on, that make a sound
    codes: int  # a code is from 0 up to, not including, this
    books: tuple[int, ...]  # the same of each stage, where some have fewer

    def reset(self) -> None:
        """Begin a new stream, both ways. [control]"""

    def encode(self, signal: NDArray[np.float32]) -> NDArray[np.uint16]:
        """(frames,) to the (code frames, stages) that are complete; the rest waits. [control]"""

    def decode(self, codes: NDArray[np.uint16]) -> NDArray[np.float32]:
        """(code frames, stages used ≤ stages), the first, to (code frames · hop,). [control]"""


class OneShot(NamedTuple):
    """A hit for a file of its own; the same class and seed give the same bits."""

    kind: str  # the name of its class
    seed: int
    signal: NDArray[np.float32]  # (frames,) mono, finished


SUFFIX = ".safetensors"  # of the files of a family that names no others


@dataclass(frozen=True)
class Family:
    """A generator family, as its entry point in the group `rtaudiogen.generators` provides it.

    The heavy parts are named as "module:function" and imported only when used.
    """

    name: str
    summary: str
    builtin: Callable[[], Iterable[Descriptor]]
    describe: Callable[[Path], Descriptor]  # from a model file's header
    create: str  # (Descriptor, sample_rate: int) -> Generator
    train: str | None = None
    evaluate: str | None = None
    parallel_check: str | None = None  # (Generator) -> Sequence[Finding], streaming = parallel
    benchmark: str | None = None  # () -> Iterable[benchmark.BenchRow]
    devices: tuple[str, ...] = ("cpu",)  # of `processors.NAMES`, what its generators compute on
    device_benchmark: str | None = None  # (device) -> Iterable[benchmark.BenchRow]
    codec: str | None = None  # (Descriptor) -> Codec
    sample: str | None = None  # (Descriptor, class, seeds, spread, around) -> Iterator[OneShot]
    suffixes: tuple[str, ...] = (SUFFIX,)  # of its files, in small letters; it trains the first


@dataclass(frozen=True)
class Finding:
    """One checked property: its name, whether it held, and the measured evidence."""

    name: str
    passed: bool
    detail: str


Check = Callable[[Generator], Sequence[Finding]]
