"""The generator: a stream of codes from the prior, a sound or live input, and notes beside it.

Everything happens once a code frame: a latent is chosen, mixed, and decoded to a hop of sound. The
stream (`playing/stream.py`) keeps a grid of hops from its first frame; a note (`playing/notes.py`)
keeps a grid of its own from its key, so it sounds at once. Input comes out `input_delay_frames`,
one hop, later. Hops that begin in the same span of frames are decoded in one call. torch is never
imported for the CPU.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from rtaudiogen.events import ALL_VOICES, CHOKE_SECONDS, EventKind, no_events
from rtaudiogen.generator import Audio, Descriptor, Events, Generator, State

from ..compiled.conv.layers import Floats
from ..compiled.packing import checked
from ..playing.named_state import restore, saved
from ..playing.placing import GLIDE_SECONDS, ask, rest
from .codec import VQVAECodec
from .coders import Coder, Decoder, Encoder
from .config import CodesConfig
from .descriptor import FILES, Sing, Source
from .packing import coders, pack
from .playing import material
from .playing.gains import GAIN, RAMP_SECONDS, aim, mix
from .playing.notes import Notes
from .playing.performance import Performance
from .playing.pitch_range import PitchRanges
from .playing.stream import STREAM, Stream, sequence
from .prior import packing as prior_packing
from .prior.sampler import PriorSampler
from .shapes import needed_tensors

SUNG = Sing.STREAM, Sing.CHOIR  # by which notes sing what the stream says
LOUDEST_INPUT = 8.0  # amplitude; whatever is above it is no sound
# the fields that events set, of the stream and of a note
WHEELS: dict[int, str] = {EventKind.PITCH_BEND: "bend", EventKind.MOD_WHEEL: "wheel"}
PLACED: dict[int, str] = {EventKind.VOLUME: "volume", EventKind.PAN: "pan"}


def create(descriptor: Descriptor, sample_rate: int) -> Generator:
    """Return the generator of a model file; it runs at its own rate. [control]"""
    return VQVAEGenerator(descriptor, *FILES.opened(descriptor))


class VQVAEGenerator:
    """Implements `rtaudiogen.generator`: Generator, Listener, SoundTaker and CodeStream."""

    delay_frames = 0
    pans = True

    def __init__(
        self, descriptor: Descriptor, config: CodesConfig, tensors: dict[str, NDArray[Any]]
    ) -> None:
        self.descriptor, self.config = descriptor, config
        self.sample_rate = config.sample_rate
        self.input_delay_frames = config.hop + config.look_ahead
        self.code_rate, self.codes = config.code_rate, config.codes
        checked(needed_tensors(config), tensors, "the model")  # the prior is packed later
        self.packed: Coder = pack(config, tensors)
        self.material = material.read(tensors, config.stages, config.codes)
        self._prior_tensors = prior_packing.tensors_in(tensors)
        self.parameter_index = {p.id: i for i, p in enumerate(descriptor.parameters)}
        self.record = np.zeros(1, STREAM)
        self.gains = np.zeros(2, GAIN)  # dry/wet, level
        self.seed = np.zeros(1, np.uint64)
        self._decoded = np.zeros((1 + descriptor.voices, config.hop), np.float32)
        hop, self.hops = self._decoded[0], self._decoded[1:]  # of the stream, of the notes
        self.notes = Notes(self.hops)
        self.voices = self.notes.voices
        self.performance = Performance(descriptor, self.packed, self.record)
        ranges = PitchRanges(self.packed, self.material)
        self.stream = Stream(self.packed, self.performance, self.record, self.seed, hop, ranges)
        self._own: State = {  # what the future output depends on, beside the networks' state
            "stream": self.record, **self.stream.arrays, "voices": self.voices, "hops": self.hops,
            "gains": self.gains, "seed": self.seed,
        }  # fmt: skip

    def take(self, sound: NDArray[np.float32]) -> None:
        """Implement `SoundTaker.take`."""
        self.material = material.of_sound(self.packed, sound)

    # -- what can be seen of it ------------------------------------------------------------------

    def code_stream(self) -> NDArray[np.int64]:
        """Implement `CodeStream.code_stream`."""
        return self.material.codes.astype(np.int64)

    def code_levels(self, stream: NDArray[np.int64]) -> NDArray[np.float32]:
        """Implement `CodeStream.code_levels`."""
        codec = VQVAECodec(self.packed)
        sound = codec.decode(stream.astype(np.uint16)).reshape(len(stream), codec.hop)
        levels: NDArray[np.float32] = np.abs(sound).max(axis=1)
        return levels

    def code_position(self) -> float | None:
        """Implement `CodeStream.code_position`."""
        return self.stream.position

    def newest_codes(self) -> tuple[int, NDArray[np.int64]]:
        """Implement `CodeStream.newest_codes`."""
        return self.stream.history.newest()

    # -- before it plays [control] -----------------------------------------------------------------

    def prepare(self, max_frames: int, device: str = "cpu") -> None:
        """Implement `Generator.prepare`."""
        config, streams = self.config, 1 + len(self.voices)
        self.encoder, self.decoder = coders(self.packed, streams, device)
        self.prior = PriorSampler(config, self._prior_tensors, 1) if config.prior_layers else None
        self.stream.prepare(self.material, self.encoder, self.prior)
        self._due = np.zeros(streams, np.bool_)  # whose hop begins
        self._latents = np.zeros((streams, config.point), np.float32)  # of those
        self._heard = np.zeros(max_frames, np.float32)
        self._listened = 0  # frames of `_heard` that are this block's
        self.reset(0)
        self._warm_up(max_frames)
        self.reset(0)

    def _warm_up(self, frames: int) -> None:
        """Compile everything that a render call may need."""
        block = np.zeros((min(frames, self.config.hop), 1), np.float32)
        values = self.descriptor.defaults()
        for source in Source:
            values[self.parameter_index["source"]] = source
            values[self.parameter_index["morph"]] = 0.5
            values[self.parameter_index["jitter"]] = 0.5
            self.hear(block)
            self.render(block, values, no_events())

    def reset(self, seed: int) -> None:
        """Implement `Generator.reset`."""
        for array in self._own.values():
            array[...] = np.zeros((), array.dtype)
        self.seed[:] = np.uint64(seed % (1 << 64))
        rest(self.record)
        rest(self.voices)
        self.stream.reset()
        for voice in range(1 + len(self.voices)):
            self.decoder.reset_voice(voice)
        self._listened = 0

    # -- a block [render] --------------------------------------------------------------------------

    def hear(self, block: Audio) -> None:
        """Implement `Listener.hear`."""
        self._listened = len(block)
        heard = self._heard[: len(block)]
        heard[:] = block[:, 0]
        heard[~(np.abs(heard) <= LOUDEST_INPUT)] = 0.0

    def render(self, out: Audio, parameters: NDArray[np.float32], events: Events) -> None:
        """Implement `Generator.render`."""
        self._heard[self._listened : len(out)] = 0.0
        self._listened = 0
        self.performance.read(parameters)
        self._aim_gains()
        out[:] = 0.0
        start = 0
        for event in events:
            frame = int(event["frame"])
            self._advance(out, start, frame)
            start = frame
            self._obey(event)
        self._advance(out, start, len(out))

    def _aim_gains(self) -> None:
        values, begins = self.performance.values, not self.record["hops"][0]
        frames = 0 if begins else max(1, round(RAMP_SECONDS * self.sample_rate))
        aim(self.gains[0], values["dry_wet"], frames)
        aim(self.gains[1], 10 ** (values["level"] / 20), frames)

    def _advance(self, out: Audio, start: int, end: int) -> None:
        """Play frames `start` to `end` without events, at most a hop at a time."""
        while start < end:
            until = min(end, start + self.config.hop)
            self._play(out[start:until], self._heard[start:until])
            start = until

    def _play(self, out: Audio, heard: NDArray[np.float32]) -> None:
        """Play a span in which no voice begins more than one hop; decode those together."""
        frames = len(out)
        self.notes.go_on(frames)
        self.stream.go_on(heard)
        self._due[:] = False
        begins = self.stream.due(frames)
        if begins:
            self._due[0] = self.stream.begin_hop(self._latents[0])
        for voice, state in self.notes.due(frames):
            self._begin_note_hop(voice, state)
        self.decoder.decode_due(self._due, self._latents, self.performance.bias, self._decoded)
        wet, dry = self.stream.finish(heard)
        share = 1.0 / (GLIDE_SECONDS * self.sample_rate)
        self.notes.finish(out, share)
        mix(self.gains, self.record, share, wet, dry, out)
        self._foresee(begins)
        self._decode_ahead()

    def _foresee(self, begins: bool) -> None:
        """Tell the decoder what comes after the hops that have begun; `begins`: the stream's."""
        bias = self.performance.bias
        if begins and self.stream.foresee_hop(self._latents[0]):
            self.decoder.expect(0, self._latents[0], bias)
        for voice, state in enumerate(self.voices):
            point = self._latents[1 + voice]
            if self._due[1 + voice] and state["playing"] and self._foresee_note(state, point):
                self.decoder.expect(1 + voice, point, bias)

    def _foresee_note(self, state: np.void, point: Floats) -> bool:
        """Write the note's next point, unless that is still to be heard."""
        held = self.stream.next_held
        if held is None and self.performance.sing in SUNG:
            return False
        self._read_note(state, point, self.stream.held if held is None else held)
        return True

    def _decode_ahead(self) -> None:
        """Do the share of the next hops' work that falls to the frames that were played."""
        hop = self.config.hop
        position = int(self.record["position"][0]) or hop
        self.stream.work_ahead(position)
        self.decoder.go_on(0, position)
        for voice, state in enumerate(self.voices):
            if state["playing"]:
                self.decoder.go_on(1 + voice, int(state["position"]) or hop)

    # -- notes [render] ----------------------------------------------------------------------------

    def _obey(self, event: np.void) -> None:
        kind, voice, value = int(event["kind"]), int(event["voice"]), float(event["value"])
        told = self.voices if voice == ALL_VOICES else self.voices[voice : voice + 1]
        if kind in WHEELS and voice == ALL_VOICES:
            self.performance.turn(WHEELS[kind], value)
        elif kind in PLACED and voice == ALL_VOICES:
            ask(self.record, PLACED[kind], value, self._begins(self.record))
        if kind in WHEELS:
            told[WHEELS[kind]] = value
        elif kind in PLACED:
            ask(told, PLACED[kind], value, self._begins(told))
        elif voice != ALL_VOICES:
            self._obey_note(voice, kind, float(event["key"]), value)

    @staticmethod
    def _begins(records: NDArray[np.void]) -> NDArray[np.bool_]:
        """Return True for each voice (V,) in its first frame."""
        first: NDArray[np.bool_] = (records["position"] == 0) & (records["hops"] == 0)
        return first

    def _obey_note(self, voice: int, kind: int, key: float, value: float) -> None:
        if kind == EventKind.NOTE_ON:
            region = self.material.region(key, int(self.performance.weights.argmax()))
            self.decoder.reset_voice(1 + voice)
            self.notes.strike(voice, int(self.record["notes"][0]), key, region, value)
            self.record["notes"] += 1
            self._begin_as_told(self.voices[voice : voice + 1])
        elif self.voices["playing"][voice]:
            if kind == EventKind.NOTE_OFF:
                self._let_go(voice, self.performance.values["release"] / 1000)
            elif kind == EventKind.CHOKE:
                self._let_go(voice, CHOKE_SECONDS)

    def _begin_as_told(self, voice: NDArray[np.void]) -> None:
        """Let a note (1,) begin with the values that all notes share."""
        for wheel in WHEELS.values():
            voice[wheel] = self.record[wheel]
        for name in PLACED.values():
            ask(voice, name, float(self.record[name][0]), self._begins(voice))

    def _let_go(self, voice: int, seconds: float) -> None:
        self.notes.let_go(voice, max(1, int(seconds * self.sample_rate)))

    def _begin_note_hop(self, voice: int, state: np.void) -> None:
        """Choose the note's next point."""
        state["place"] = self._read_note(state, self._latents[1 + voice], self.stream.held)
        self._due[1 + voice] = True
        state["hops"] += 1

    def _read_note(self, state: np.void, point: Floats, held: Floats) -> float:
        """Write the point of a note's next hop, at its pitch; return the place after it.

        `held` is what the stream says.
        """
        sing, place = self.performance.sing, float(state["place"])
        reading = self.performance.reading_of(state)
        if sing in SUNG:
            point[:] = held
        else:
            place = self.stream.reader.read(
                place, int(state["first"]), int(state["end"]), reading,
                sequence(self.seed, 2 + int(state["note"])), int(state["hops"]), point,
            )  # fmt: skip
        if sing is not Sing.OFF:
            self.packed.sing(point, float(state["key"]))
        self.packed.shift(point, reading.shift)
        return place

    def voice_levels(self) -> NDArray[np.float32]:
        """Implement `Generator.voice_levels`."""
        return self.notes.levels()

    # -- state [render] ----------------------------------------------------------------------------

    def save_state(self) -> State:
        """Implement `Generator.save_state`."""
        self.stream.settle()
        return saved(self._live())

    def load_state(self, state: State) -> None:
        """Implement `Generator.load_state`."""
        self.stream.settle()
        restore(self._live(), state, self.descriptor.id)
        for name, part in self._parts().items():  # what lives elsewhere has to be sent there
            part.restore({own: state[f"{name}.{own}"] for own in part.state})
        frames = len(self.material.codes)  # its sound may be gone: then there is less to play
        np.minimum(self.voices["end"], frames, out=self.voices["end"])
        np.minimum(self.voices["first"], frames - 1, out=self.voices["first"])

    def _live(self) -> State:
        """Return views of everything that future output depends on, as plain numbers."""
        own = {name: array.view(np.uint8) for name, array in self._own.items()}
        parts = {
            f"{name}.{n}": a for name, part in self._parts().items() for n, a in part.state.items()
        }
        return own | parts

    def _parts(self) -> dict[str, Encoder | Decoder | PriorSampler]:
        parts: dict[str, Encoder | Decoder | PriorSampler] = {
            "encoder": self.encoder, "decoder": self.decoder,
        }  # fmt: skip
        return parts | {"prior": self.prior} if self.prior is not None else parts
