"""The plugin: a stream of codes, invented, read from a sound or heard, and notes that add to it.

Everything happens once a code frame: a latent is chosen, mixed, and decoded to a hop of sound. The
stream keeps a grid of hops from its first frame; a note keeps a grid of its own from its key, so it
sounds at once. Input is encoded when a hop of it is complete and sounds during the next: it comes
out `input_delay_frames`, one hop, later. Hops that begin in the same span of frames are decoded in
one call. torch is never imported for the CPU.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from rtaudiogen.errors import RtAudioGenError
from rtaudiogen.events import ALL_VOICES, CHOKE_SECONDS, EventKind, no_events
from rtaudiogen.generator import Audio, Descriptor, Events, Generator, State
from rtaudiogen.model_file import read_header, read_tensors

from ..named_state import restore, saved
from ..random_numbers import fill_uniforms
from . import material, prior_packing
from .codec import VQVAECodec
from .coders import Decoder, Encoder, coders
from .config import VQVAEConfig
from .descriptor import Source, read_config
from .gains import GAIN, RAMP_SECONDS, aim, mix
from .history import History
from .notes import Notes
from .packing import Packed, fill_label_bias, pack
from .prior_sampler import RESTLESS, PriorSampler
from .reader import Reader, Reading

LOUDEST_INPUT = 8.0  # amplitude; whatever is above it is no sound
MOST_DRAWN = 4  # code frames that the prior draws at most for one that sounds
QUIET_PEAK, QUIET_SECONDS = 10 ** (-40 / 20), 0.5  # how silent, how long, the prior may be

STREAM = np.dtype(
    [
        ("position", np.int64),  # frames of the hop that have sounded
        ("hops", np.int64),  # since reset: names the random numbers
        ("sounds", np.int64),  # whether the hop before did
        ("drawn", np.int64),  # code frames of the prior since reset
        ("quiet", np.int64),  # hops in a row that were next to silence
        ("ahead", np.float64),  # fraction of a code frame that the prior is to be drawn
        ("place", np.float64),  # in the file, in code frames
        ("notes", np.int64),  # since reset
        ("bend", np.float64),  # semitones
        ("wheel", np.float64),  # 0 … 1
    ]
)


def create(descriptor: Descriptor, sample_rate: int) -> Generator:
    """The generator of a model file; it runs at its own rate, whatever the host's. [control]"""
    if descriptor.path is None:
        raise RtAudioGenError(f"model '{descriptor.id}' has no file")
    config = read_config(descriptor.path, read_header(descriptor.path))
    return VQVAEGenerator(descriptor, config, read_tensors(descriptor.path))


class VQVAEGenerator:
    """See `rtaudiogen.generator`: Generator, Listener, SoundTaker and CodeStream."""

    delay_frames = 0
    arrays = ("stream", "voices", "hop", "hops", "input", "dry", "live", "prior_latent", "held",
              "gains", "seed")  # fmt: skip

    def __init__(
        self, descriptor: Descriptor, config: VQVAEConfig, tensors: dict[str, NDArray[Any]]
    ) -> None:
        self.descriptor, self.config = descriptor, config
        self.sample_rate = config.sample_rate
        self.input_delay_frames = config.hop
        self.code_rate, self.codes = config.code_rate, config.codes
        self.packed: Packed = pack(config, tensors)
        self.material = material.read(tensors, config.stages)
        self._prior_tensors = prior_packing.tensors_in(tensors)
        voices, hop, latent = descriptor.voices, config.hop, config.latent
        self.parameter_index = {p.id: i for i, p in enumerate(descriptor.parameters)}
        self.stream = np.zeros(1, STREAM)
        self._decoded = np.zeros((1 + voices, hop), np.float32)
        self.hop, self.hops = self._decoded[0], self._decoded[1:]  # of the stream, of the notes
        self.notes = Notes(self.hops)
        self.voices = self.notes.voices
        self.input = np.zeros(hop, np.float32)  # as far as it has been heard
        self.dry = np.zeros(hop, np.float32)  # the hop of input before
        self.live = np.zeros(config.stages, np.uint16)  # its codes
        self.prior_latent = np.zeros(latent, np.float32)
        self.held = np.zeros(latent, np.float32)  # what is frozen
        self.gains = np.zeros(2, GAIN)  # dry/wet, level
        self.seed = np.zeros(1, np.uint64)
        self._history = History(config.stages)
        self._position: float | None = None  # in the file, of what sounds

    def take(self, sound: NDArray[np.float32]) -> None:
        """See SoundTaker."""
        self.material = material.of_sound(self.packed, sound)

    # -- what can be seen of it ------------------------------------------------------------------

    def code_stream(self) -> NDArray[np.int64]:
        """See CodeStream."""
        return self.material.codes.astype(np.int64)

    def code_levels(self, stream: NDArray[np.int64]) -> NDArray[np.float32]:
        """See CodeStream."""
        codec = VQVAECodec(self.packed)
        sound = codec.decode(stream.astype(np.uint16)).reshape(len(stream), codec.hop)
        levels: NDArray[np.float32] = np.abs(sound).max(axis=1)
        return levels

    def code_position(self) -> float | None:
        """See CodeStream."""
        return self._position

    def newest_codes(self) -> tuple[int, NDArray[np.int64]]:
        """See CodeStream."""
        return self._history.newest()

    # -- before it plays [control] -----------------------------------------------------------------

    def prepare(self, max_frames: int, device: str = "cpu") -> None:
        """See Generator."""
        config, streams = self.config, 1 + len(self.voices)
        self.encoder, self.decoder = coders(self.packed, streams, device)
        self.prior = PriorSampler(config, self._prior_tensors, 1) if config.prior_layers else None
        self.reader = Reader(self.packed, self.material)
        self.wishes = Reading(stages=config.stages)
        self.weights = np.zeros(len(config.labels), np.float32)  # of the labels' mixture
        self.bias = np.zeros_like(self.packed.decoder.bias)
        self._due = np.zeros(streams, np.bool_)  # whose hop begins
        self._latents = np.zeros((streams, config.latent), np.float32)  # of those
        self._latent = np.zeros(config.latent, np.float32)
        self._other = np.zeros(config.latent, np.float32)
        self._uniforms = np.zeros(config.stages, np.float32)
        self._drawn = np.zeros(config.stages, np.uint16)
        self._heard = np.zeros(max_frames, np.float32)
        self._listened = 0  # frames of `_heard` that are this block's
        self._wet, self._dry = np.zeros((2, config.hop), np.float32)  # the stream, in a span
        self._rise = (np.arange(config.hop, dtype=np.float32) + 1) / np.float32(config.hop)
        self._values = self._named(self.descriptor.defaults())
        self.reset(0)
        self._warm_up(max_frames)
        self.reset(0)

    def _warm_up(self, frames: int) -> None:
        """Compile what a render call may come across."""
        block = np.zeros((min(frames, self.config.hop), 1), np.float32)
        values = self.descriptor.defaults()
        for source in Source:
            values[self.parameter_index["source"]] = source
            values[self.parameter_index["morph"]] = 0.5
            values[self.parameter_index["jitter"]] = 0.5
            self.hear(block)
            self.render(block, values, no_events())
        self.stream["position"] = 0

    def reset(self, seed: int) -> None:
        """See Generator."""
        for name in self.arrays:
            getattr(self, name)[...] = np.zeros((), getattr(self, name).dtype)
        self.seed[:] = np.uint64(seed % (1 << 64))
        self.encoder.reset()
        for voice in range(1 + len(self.voices)):
            self.decoder.reset_voice(voice)
        if self.prior is not None:
            self.prior.reset_voice(0)
        self._listened = 0
        self._history.clear()
        self._position = None

    # -- a block [render] --------------------------------------------------------------------------

    def hear(self, block: Audio) -> None:
        """See Listener."""
        self._listened = len(block)
        heard = self._heard[: len(block)]
        heard[:] = block[:, 0]
        heard[~(np.abs(heard) <= LOUDEST_INPUT)] = 0.0

    def render(self, out: Audio, parameters: NDArray[np.float32], events: Events) -> None:
        """See Generator."""
        self._heard[self._listened : len(out)] = 0.0
        self._listened = 0
        self._read_parameters(parameters)
        out[:] = 0.0
        start = 0
        for event in events:
            frame = int(event["frame"])
            self._advance(out, start, frame)
            start = frame
            self._obey(event)
        self._advance(out, start, len(out))

    def _named(self, parameters: NDArray[np.float32]) -> dict[str, float]:
        """Values by id, held within their ranges."""
        return {
            p.id: min(max(p.minimum, float(parameters[i])), p.maximum)
            for i, p in enumerate(self.descriptor.parameters)
        }

    def _read_parameters(self, parameters: NDArray[np.float32]) -> None:
        values = self._values = self._named(parameters)
        self._wish()
        begins = not self.stream["hops"][0]
        frames = 0 if begins else max(1, round(RAMP_SECONDS * self.sample_rate))
        aim(self.gains[0], values["dry_wet"], frames)
        aim(self.gains[1], 10 ** (values["level"] / 20), frames)
        timbre = values.get("timbre", 0.0)
        low, part = int(timbre), timbre % 1.0
        self.weights[:] = 0
        self.weights[low] = 1 - part
        self.weights[min(low + 1, len(self.weights) - 1)] += part
        fill_label_bias(self.packed, self.weights @ self.packed.labels, self.bias)

    def _wish(self) -> None:
        """How codes are to be read: parameters, and the wheels on top of them."""
        values, wishes, stream = self._values, self.wishes, self.stream[0]
        wishes.rate = values["rate"] * 2.0 ** (float(stream["bend"]) / 12)
        wishes.scatter, wishes.swap = values["scatter"], values["swap"]
        wishes.jitter = min(1.0, values["jitter"] + float(stream["wheel"]))
        wishes.stages = round(values.get("stages", 1))

    def _advance(self, out: Audio, start: int, end: int) -> None:
        """Frames from `start` to `end`, during which nothing happens, up to a hop at a time."""
        while start < end:
            until = min(end, start + self.config.hop)
            self._play(out[start:until, 0], self._heard[start:until])
            start = until

    def _play(self, out: NDArray[np.float32], heard: NDArray[np.float32]) -> None:
        """A span in which nobody begins more than one hop; these are decoded at once."""
        frames = len(out)
        self.notes.go_on(frames)
        done = self._flow(0, heard) if self.stream["position"][0] else 0
        self._due[:] = False
        source = self._begin_hop() if done < frames else None
        for voice, state in self.notes.due(frames):
            self._begin_note_hop(voice, state)
        self.decoder.decode_due(self._due, self._latents, self.bias, self._decoded)
        if source is not None:
            self._end_hop(source)
            self._flow(done, heard)
        self.notes.finish(out)
        mix(self.gains, self._wet[:frames], self._dry[:frames], out)

    def _flow(self, start: int, heard: NDArray[np.float32]) -> int:
        """The stream from a span's frame `start` on, to the end of it or of the hop; how far."""
        position = int(self.stream["position"][0])
        count = min(len(heard) - start, self.config.hop - position)
        here, there = slice(start, start + count), slice(position, position + count)
        self.input[there] = heard[here]
        self._wet[here], self._dry[here] = self.hop[there], self.dry[there]
        self.stream["position"] = (position + count) % self.config.hop
        return start + count

    # -- the stream, once a hop [render] -----------------------------------------------------------

    def _begin_hop(self) -> Source:
        """Choose what is to be decoded, and say where it came from."""
        self._listen()
        source = self._source("source")
        sounds = source is not Source.KEYS
        if sounds and not (self._values["freeze"] >= 0.5 and self.held.any()):
            self._choose(source, self._source("morph_to"), self._values["morph"])
        if not sounds:
            self._position = None
        self._due[0] = sounds or self._sounded(source)
        self._latents[0] = self.held
        return source

    def _sounded(self, source: Source) -> bool:
        """Whether the hop before did, or would have."""
        stream = self.stream[0]
        return bool(stream["sounds"]) if stream["hops"] else source is not Source.KEYS

    def _end_hop(self, source: Source) -> None:
        """Nothing was decoded, or it comes or goes softly, or it is as it is."""
        sounds = source is not Source.KEYS
        if not self._due[0]:
            self.hop[:] = 0.0
        self._stay_awake(source)
        if sounds != self._sounded(source):
            self.hop *= self._rise if sounds else self._rise[::-1]
        self.stream["sounds"] = sounds
        self.stream["hops"] += 1

    def _stay_awake(self, source: Source) -> None:
        """A prior that has fallen silent begins a new sound: what it has learnt ends in silence."""
        quiet = source is Source.PRIOR and float(np.abs(self.hop).max()) < QUIET_PEAK
        self.stream["quiet"] = (self.stream["quiet"] + 1) * quiet
        if self.prior is not None and self.stream["quiet"][0] > QUIET_SECONDS * self.code_rate:
            self.prior.reset_voice(0)
            self.stream["quiet"] = 0

    def _source(self, id: str) -> Source:
        """What a parameter chooses; the file where there is no prior."""
        source = Source(round(self._values[id]))
        return Source.FILE if source is Source.PRIOR and self.prior is None else source

    def _listen(self) -> None:
        """Encode the hop of input that is complete now."""
        self.dry[:] = self.input
        self.encoder.encode(self.dry, self.live)

    def _choose(self, source: Source, other: Source, morph: float) -> None:
        """The latent that is to sound, into `held`."""
        np.copyto(self.held, self._latent_from(source))
        morphs = morph > 0 and other != source
        if morphs:
            self.held *= np.float32(1 - morph)
            self._other[:] = self._latent_from(other)
            self._other *= np.float32(morph)
            self.held += self._other
        reads = source is Source.FILE or (morphs and other is Source.FILE)
        self._position = self.reader.place if reads else None
        self._history.add(self._codes_from(other if morphs and morph > 0.5 else source))

    def _codes_from(self, source: Source) -> NDArray[np.uint16]:
        """The code frame that a source has given."""
        if source is Source.FILE:
            return self.reader.codes
        return self.live if source is Source.LIVE else self._drawn

    def _latent_from(self, source: Source) -> NDArray[np.float32]:
        if source is Source.LIVE:
            self.packed.latent_of(self.live, self.wishes.stages, self._latent)
        elif self.prior is not None and source is Source.PRIOR:
            return self._invent(self.prior)
        else:
            self._read_file()
        return self._latent

    def _invent(self, prior: PriorSampler) -> NDArray[np.float32]:
        """The prior's next code frame, at the performer's rate."""
        stream = self.stream[0]
        stream["ahead"] = min(stream["ahead"] + abs(self.wishes.rate), MOST_DRAWN)
        while stream["ahead"] >= 1.0:
            stream["ahead"] -= 1.0
            if prior.stuck(0):
                prior.reset_voice(0)
            first = int(stream["drawn"]) * self.config.stages
            fill_uniforms(self._stream_of(0), first, self._uniforms)
            values = self._values
            prior.sample(
                0, self.weights, values["temperature"], round(values["top_k"]),
                self._uniforms, self._drawn, RESTLESS,
            )  # fmt: skip
            stream["drawn"] += 1
            self.packed.latent_of(self._drawn, self.wishes.stages, self.prior_latent)
        return self.prior_latent

    def _read_file(self) -> None:
        frames = len(self.material.codes)
        low, high = sorted((self._values["loop_start"], self._values["loop_end"]))
        first = min(round(low * frames), frames - 1)
        end = max(first + 1, min(frames, round(high * frames)))
        stream = self.stream[0]
        stream["place"] = self.reader.read(
            float(stream["place"]), first, end, self.wishes, self._stream_of(1),
            int(stream["hops"]), self._latent,
        )  # fmt: skip

    def _stream_of(self, number: int) -> np.uint64:
        """The name of a sequence of random numbers."""
        numbered = self.seed * np.uint64(0xD1342543DE82EF95) + np.uint64(number)
        return np.uint64(numbered[0])

    # -- notes [render] ----------------------------------------------------------------------------

    def _obey(self, event: np.void) -> None:
        kind, value = int(event["kind"]), float(event["value"])
        if kind == EventKind.PITCH_BEND:
            self.stream["bend"] = value
            self._wish()
        elif kind == EventKind.MOD_WHEEL:
            self.stream["wheel"] = value
            self._wish()
        elif int(event["voice"]) != ALL_VOICES:
            self._obey_note(int(event["voice"]), kind, float(event["key"]), value)

    def _obey_note(self, voice: int, kind: int, key: float, value: float) -> None:
        if kind == EventKind.NOTE_ON:
            region = self.material.region(key, int(self.weights.argmax()))
            self.decoder.reset_voice(1 + voice)
            self.notes.strike(voice, int(self.stream["notes"][0]), region, value)
            self.stream["notes"] += 1
        elif self.voices["playing"][voice]:
            if kind == EventKind.NOTE_OFF:
                self._let_go(voice, self._values["release"] / 1000)
            elif kind == EventKind.CHOKE:
                self._let_go(voice, CHOKE_SECONDS)

    def _let_go(self, voice: int, seconds: float) -> None:
        self.notes.let_go(voice, max(1, int(seconds * self.sample_rate)))

    def _begin_note_hop(self, voice: int, state: np.void) -> None:
        """Read what is to be decoded."""
        state["place"] = self.reader.read(
            float(state["place"]), int(state["first"]), int(state["end"]), self.wishes,
            self._stream_of(2 + int(state["note"])), int(state["hops"]), self._latents[1 + voice],
        )  # fmt: skip
        self._due[1 + voice] = True
        state["hops"] += 1

    def voice_levels(self) -> NDArray[np.float32]:
        """See Generator."""
        return self.notes.levels()

    # -- state [render] ----------------------------------------------------------------------------

    def save_state(self) -> State:
        """See Generator."""
        return saved(self._live())

    def load_state(self, state: State) -> None:
        """See Generator."""
        restore(self._live(), state, self.descriptor.id)
        for name, part in self._parts().items():  # what lives elsewhere has to be sent there
            part.restore({own: state[f"{name}.{own}"] for own in part.state})
        frames = len(self.material.codes)  # its sound may be gone: then there is less to play
        np.minimum(self.voices["end"], frames, out=self.voices["end"])
        np.minimum(self.voices["first"], frames - 1, out=self.voices["first"])

    def _live(self) -> State:
        """Views of everything that the future output depends on, as plain numbers."""
        own = {name: getattr(self, name).view(np.uint8) for name in self.arrays}
        parts = {
            f"{name}.{n}": a for name, part in self._parts().items() for n, a in part.state.items()
        }
        return own | parts

    def _parts(self) -> dict[str, Encoder | Decoder | PriorSampler]:
        parts: dict[str, Encoder | Decoder | PriorSampler] = {
            "encoder": self.encoder, "decoder": self.decoder,
        }  # fmt: skip
        return parts | {"prior": self.prior} if self.prior is not None else parts
