"""The contract of a generator: everything that the host knows about a sound source.

A *family* (`Family`) lists its models as `Descriptor`s without importing torch or opening weights,
and creates a `Generator` from one. Every method names the thread that may call it: [control] may
take its time; [render] runs on the render thread and must not wait, log, raise because of data, or
allocate anything that grows.

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

MOST_VOICES = 256  # the most that a host gives to a generator

TIMBRE = "timbre"  # id of the parameter that chooses among `Descriptor.gains_db`

Audio = NDArray[np.float32]  # (frames, channels)
Events = NDArray[np.void]  # (events,), dtype events.EVENT, sorted by frame
State = dict[str, NDArray[Any]]


class Plays(StrEnum):
    """Sources of a generator's sound; several may apply.

    STREAM and NOTES together: it sounds by itself, and notes add to that. `voice_levels` are then
    those of the notes alone, and the stream remains when they have died away.
    """

    STREAM = "stream"  # sounds by itself
    NOTES = "notes"  # sounds while notes are held
    HITS = "hits"  # one-shots
    EFFECT = "effect"  # transforms its input: it is a Listener too


@dataclass(frozen=True)
class Parameter:
    """A named, ranged value in plain units. `id` is stable: sessions store values by it.

    `smoothing_ms` is the time constant with which the host moves the value; 0: the value jumps.
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
        """Return the nearest value in range; whole if stepped."""
        value = min(max(value, self.minimum), self.maximum)
        return float(round(value)) if self.stepped else value


@dataclass(frozen=True)
class Descriptor:
    """Everything that is known of a model without opening its weights."""

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
    colour: str = ""  # "#rrggbb", by which a window marks it; empty: the window's own
    path: Path | None = None  # weights
    facts: Mapping[str, Any] = field(default_factory=dict)  # the model file's own training facts
    takes_sound: bool = False  # the generator is a SoundTaker
    views: tuple[View, ...] = ()  # the best of a kind first; see `offered_views`
    # dB that a host adds for equal loudness: one, or one for each label of parameter `timbre`
    gains_db: tuple[float, ...] = ()
    width: float = 0.0  # 0 … 1: default of how far a host spreads it between left and right
    key_pan: float = 0.0  # 0 … 1: default of how far low keys lie left and high keys right
    hears: int = 1  # channels of an effect's input, 1 or 2

    @property
    def sounds_by_itself(self) -> bool:
        """Return True if it sounds without notes or hits: as a stream, or of what it hears."""
        return bool(self.plays & {Plays.STREAM, Plays.EFFECT})

    @property
    def only_answers(self) -> bool:
        """Return True for an effect that sounds only of what it hears, and of notes."""
        return Plays.EFFECT in self.plays and Plays.STREAM not in self.plays

    def parameter_index(self, id: str) -> int:
        """Return the position of a parameter; KeyError if there is none of that id."""
        for index, parameter in enumerate(self.parameters):
            if parameter.id == id:
                return index
        raise KeyError(id)

    def defaults(self) -> NDArray[np.float32]:
        """Return (parameters,) default values."""
        return np.array([p.default for p in self.parameters], np.float32)

    def offered_views(self) -> tuple[View, ...]:
        """Return its own views; without any, those that suit its parameters and way of playing."""
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

    The host allocates voices: it names the voice in every note event, sends NOTE_ON only to a
    silent voice, and reads `voice_levels` after each render call to find silent ones.

    Bend, modulation, pressure, timbre, volume and pan come as events for one voice or for all of
    them (`events.EventKind`): notes of several MIDI channels may sound at once, and each follows
    its own channel. A generator follows those that it can; VOLUME and PAN must not click. A host
    may leave the volume of a hit as it is after the hit has begun.
    """

    descriptor: Descriptor
    sample_rate: int  # frames per second in Hz
    delay_frames: int  # from an event to its first possible effect on the output

    def prepare(self, max_frames: int, device: str = "cpu") -> None:
        """Allocate, compile and warm up for blocks of up to `max_frames`. [control]

        `device`, one of `processors.NAMES`, computes; RtAudioGenError, one line, if the generator
        cannot use it. May be called again with another device; all state is then discarded.
        """

    def reset(self, seed: int) -> None:
        """Silence every voice and start the random numbers from `seed`. [render]"""

    def render(self, out: Audio, parameters: NDArray[np.float32], events: Events) -> None:
        """Fill `out` (frames, channels) completely; 0 < frames ≤ max_frames. [render]

        Raises nothing but ProcessorLostError. `parameters` (parameters,) are this block's values,
        in the descriptor's order.
        """

    def voice_levels(self) -> NDArray[np.float32]:
        """Return (voices,) recent peak of each voice; exactly 0 for a free voice. [render]

        These are levels of notes and hits; a stream or an effect counts only if it plays neither.
        """

    def save_state(self) -> State:
        """Return copies of everything that the future output depends on. [render]"""

    def load_state(self, state: State) -> None:
        """Continue bit for bit from `save_state`; ValueError for another model's state. [render]"""


class Panner(Protocol):
    """A generator of one channel that can place its voices in the stereo field.

    Its `render` also takes a block of two columns: the sum of its voices, each multiplied by its
    own left and right factor, which are both 1 for a voice whose PAN is 0. So a host that pans no
    voice gets in each column, bit for bit, what one column would have held. A generator of two
    channels always places its voices.
    """

    pans: bool  # True


class Listener(Protocol):
    """A generator that plays `Plays.EFFECT` and hears an input.

    Input frame n is heard at the time at which output frame n is made: input from frame n on
    changes nothing before output frame n. The answer to it comes `input_delay_frames` later; a
    network that hears in hops may answer the end of a hop sooner, but never before it arrived.
    """

    input_delay_frames: int

    def hear(self, block: Audio) -> None:
        """Take the input of the next `render` call, as many frames as that. [render]

        `block` is (frames, `descriptor.hears`); one channel is the sum of both at equal power.

        Without such a call the input is silence. `block` may be copied but not kept. Values that
        are not finite must not make the output so, now or later.
        """


class SoundTaker(Protocol):
    """A generator whose descriptor `takes_sound`: it can play from a sound.

    It must play without a sound, too: the user's file may be gone when a session is opened.
    """

    def take(self, sound: NDArray[np.float32]) -> None:
        """Play from this sound, (frames,) mono at the generator's rate. [control], once, first

        RtAudioGenError, one line, for a sound that cannot be used (too short, silent, not finite).
        """


class CodeStream(Protocol):
    """A generator that plays a stream of codes, which can be shown."""

    code_rate: float  # code frames per second
    codes: int  # a code is from 0 up to, not including, this

    def code_stream(self) -> NDArray[np.int64]:
        """Return (code frames ≥ 1, stages): the stream that it reads when it plays from a sound.
        [control]
        """

    def code_levels(self, stream: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return (code frames,) peaks of the sound of a stream (code frames, stages). [control]"""

    def code_position(self) -> float | None:
        """Return the code frame of `code_stream` that sounds now; None: none does. [any]"""

    def newest_codes(self) -> tuple[int, NDArray[np.int64]]:
        """Return the number of code frames that have sounded, and the last of them. [any]

        They are (code frames, stages).
        """


class Strike(NamedTuple):
    """The way a hit is played. No part of the recipe, so it may be decided at the last moment."""

    gain: float  # amplitude factor
    pan: float = 0.0  # -1 left … 1 right
    choke_group: int = 0  # a strike ends the hits of its own group; 0: of none


class HitMaker(Protocol):
    """A generator that plays `Plays.HITS` and makes its hits ahead.

    A live host keeps finished hits in a pool and has the audio callback start them, one device
    block after the key. `render` plays the same hits where there is no such callback. A pad has one
    or more keys; its hits are numbered from 0. The recipe decides how a hit sounds; it depends on
    the seed of the last `reset` and its own arguments.
    """

    pads: int
    layers: int  # of velocity: hits of one number for softer and harder strikes
    played: NDArray[np.int64]  # (pads,) hits played since `reset`; a live host counts them itself

    def pad_of(self, key: int) -> int | None:
        """Return the pad that a MIDI note strikes; None: no pad. [any]"""

    def layer_of(self, velocity: float, parameters: NDArray[np.float32]) -> int:
        """Return the layer of a velocity, 0 … 1; always 0 if velocity changes only the gain.
        [any]
        """

    def recipe(
        self, pad: int, number: int, layer: int, parameters: NDArray[np.float32]
    ) -> Hashable:
        """Return all that hit `number` of a pad depends on; equal recipes make equal bits. [any]"""

    def make(self, recipe: Hashable) -> Audio:
        """Return a finished hit, (frames, channels) at the generator's rate. [worker]

        It takes milliseconds without the interpreter's lock. Calls come from one thread at a time,
        which is not the one that calls `render`.
        """

    def strike(self, pad: int, velocity: float, parameters: NDArray[np.float32]) -> Strike:
        """Return how a pad is played at a velocity, 0 … 1. [any]"""

    def kept(self, parameters: NDArray[np.float32]) -> Mapping[str, float]:
        """Return values by parameter id that a session needs to keep a locked pad's hit. [any]"""


class CodePredictor(Protocol):
    """Predictor of the next codes: counts in whole numbers, the same on every machine.

    Everything is [control].
    """

    stages: int  # of the code frames that are predicted

    def reset(self) -> None:
        """Begin a stream: nothing has been heard."""

    def frequencies(self, stage: int, chosen: NDArray[np.uint16]) -> NDArray[np.int64]:
        """Return one of each code of a stage, (codes of its book,), at least 1 each, that sum up to
        2^32 at most; `chosen` are the codes of the stages before, (stage,).
        """

    def take(self, frame: NDArray[np.uint16]) -> None:
        """Hear the code frame (stages,) that came."""


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
        """Start a new stream in both directions. [control]"""

    def encode(self, signal: NDArray[np.float32]) -> NDArray[np.uint16]:
        """Return the complete code frames, (code frames, stages), of (frames,); the rest waits.
        [control]
        """

    def decode(self, codes: NDArray[np.uint16]) -> NDArray[np.float32]:
        """Return the sound, (code frames · hop,), of (code frames, the first stages). [control]"""

    def predictor(self, stages: int) -> CodePredictor | None:
        """Return a predictor of code frames of the first stages; None if it has none. [control]"""


class OneShot(NamedTuple):
    """A hit for a file of its own; the same class and seed give the same bits."""

    kind: str  # the name of its class
    seed: int
    signal: NDArray[np.float32]  # (frames,) mono, finished


SUFFIX = ".safetensors"  # of model files, unless a family names others


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
    devices: tuple[str, ...] = ("cpu",)  # supported processors, of `processors.NAMES`
    device_benchmark: str | None = None  # (device) -> Iterable[benchmark.BenchRow]
    codec: str | None = None  # (Descriptor) -> Codec
    sample: str | None = None  # (Descriptor, class, seeds, spread, around) -> Iterator[OneShot]
    suffixes: tuple[str, ...] = (SUFFIX,)  # of its files, in small letters; it trains the first
    presets: Path | None = None  # folder of its factory presets; see `registry`
    teaches: str = ""  # the word after 'rtaudiogen train', if it is not its name
    learns_pairs: bool = False  # from a dry and a wet recording, not from a folder of sounds


@dataclass(frozen=True)
class Finding:
    """One checked property: its name, whether it held, and the measured evidence."""

    name: str
    passed: bool
    detail: str


Check = Callable[[Generator], Sequence[Finding]]
