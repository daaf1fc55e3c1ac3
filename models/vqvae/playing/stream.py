"""The stream: once a hop a latent is drawn from the prior, read or heard, and decoded.

Its hops lie on a grid from the first frame on. Input is encoded when a hop of it is complete and
sounds during the next; a coder that looks ahead is as much later.
"""

import numpy as np
from numpy.typing import NDArray

from rtaudiogen.generator import State

from ...compiled.conv.layers import Floats
from ...compiled.random_numbers import fill_uniforms
from ...playing.placing import PLACE
from ...playing.spread_work import SpreadWork
from ..coders import Coder, Encoder
from ..descriptor import Sing, Source
from ..prior.ahead import DrawsAhead
from ..prior.sampler import PriorSampler
from .history import History
from .material import Material
from .performance import Performance
from .pitch_range import RANGE_FIELDS, PitchRanges
from .reader import Reader

MOST_DRAWN = 4  # code frames that the prior draws at most for one that sounds
QUIET_PEAK, QUIET_SECONDS = (
    10 ** (-40 / 20),
    0.5,
)  # peak and duration of the longest allowed silence of the prior

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
        *RANGE_FIELDS,
        *PLACE,
    ]
)


def sequence(seed: NDArray[np.uint64], number: int) -> np.uint64:
    """Return the seed of a random sequence: 0 the prior's, 1 the file's, then the notes'."""
    numbered = seed * np.uint64(0xD1342543DE82EF95) + np.uint64(number)
    return np.uint64(numbered[0])


class Stream:
    """Output of its hops. [render] except `prepare`

    A span of up to a hop of frames is played like that of `Notes`: `go_on` with what has been
    decoded, `begin_hop` if one is `due`, and `finish` after the decoder.
    """

    def __init__(
        self, packed: Coder, performance: Performance, record: NDArray[np.void],
        seed: NDArray[np.uint64], hop: Floats, ranges: PitchRanges,
    ) -> None:  # fmt: skip
        """Use the caller's `record` (1,) of STREAM and `seed` (1,); decode to `hop` (hop,)."""
        self._packed, self._performance, self._record = packed, performance, record
        self._seed, self.hop, self._ranges = seed, hop, ranges
        config = packed.config
        self.input = np.zeros_like(hop)  # as far as it has been heard
        self.heard = np.zeros_like(hop)  # the hop of input before
        self.dry = np.zeros_like(hop)  # what the decoder has of it, and of the one before
        self.live = np.zeros(config.stages, np.uint16)  # its codes
        self.prior_latent = np.zeros(config.point, np.float32)
        self.held = np.zeros(config.point, np.float32)  # what sounds, or is frozen
        self.arrays: State = {  # that the future output depends on
            "hop": hop, "input": self.input, "heard": self.heard, "dry": self.dry,
            "live": self.live,
            "prior_latent": self.prior_latent, "held": self.held,
        }  # fmt: skip
        self.history = History(config.stages)
        self.position: float | None = None  # in the file, of what sounds
        self._source, self._sounds = Source.KEYS, False  # of the hop that has begun
        self._reached = 0  # frames of the span
        self._wet, self._dry = np.zeros((2, len(hop)), np.float32)  # in the span
        self._rise = (np.arange(len(hop), dtype=np.float32) + 1) / np.float32(len(hop))
        self._latent, self._other = np.zeros((2, config.point), np.float32)
        self._uniforms = np.zeros(config.stages, np.float32)
        self._drawn = np.zeros(config.stages, np.uint16)
        self._codes: NDArray[np.uint16] | None = None  # of the hop, if it has any
        self.next_held: Floats | None = None  # see `foresee_hop`

    def prepare(self, material: Material, encoder: Encoder, prior: PriorSampler | None) -> None:
        """Set the sources of latents, each of which plays one voice. [control]"""
        self._material, self._encoder, self._prior = material, encoder, prior
        # the first half of a hop is left to what its begin needs
        self._encoding = SpreadWork(len(self.hop), [lambda: None, self._encode])
        self._draws = DrawsAhead(prior) if prior is not None else None
        self.reader = Reader(self._packed, material)
        drawing = prior.state.values() if prior is not None else ()
        self._decided = [self._record, self.prior_latent, self.held, self._drawn, *drawing]

    def settle(self) -> None:
        """Finish what the state depends on: it is about to be saved."""
        self._encoding.finish()

    def reset(self) -> None:
        """Start again, once the arrays are zeros."""
        self._encoding.drop()
        self._encoder.reset()
        if self._prior is not None:
            self._prior.reset_voice(0)
        self.history.clear()
        self.position = self.next_held = None

    # -- a span ------------------------------------------------------------------------------------

    def go_on(self, heard: Floats) -> None:
        """Begin a span with what is left of the hop; `heard` (frames,) is its input."""
        self._reached = 0
        if self._record["position"][0]:
            self._flow(heard)

    def due(self, frames: int) -> bool:
        """Return True if a hop begins within the span."""
        return self._reached < frames

    def finish(self, heard: Floats) -> tuple[Floats, Floats]:
        """Play the rest of the span from the new hop; return the span (frames,), wet and dry."""
        if self.due(len(heard)):
            self._end_hop()
            self._flow(heard)
        return self._wet[: len(heard)], self._dry[: len(heard)]

    def _flow(self, heard: Floats) -> None:
        """Play on to the end of the span or of the hop."""
        start, position = self._reached, int(self._record["position"][0])
        count = min(len(heard) - start, len(self.hop) - position)
        here, there = slice(start, start + count), slice(position, position + count)
        self.input[there] = heard[here]
        self._wet[here], self._dry[here] = self.hop[there], self.dry[there]
        self._record["position"] = (position + count) % len(self.hop)
        self._reached = start + count

    # -- a hop -------------------------------------------------------------------------------------

    def begin_hop(self, latent: Floats) -> bool:
        """Choose the latent (latent,) of the hop; return True if it has to be decoded."""
        self._listen()
        if Source.LIVE in self._sources():
            self._encoding.finish()
        decoded = self._decide(latent)
        if self._codes is not None:
            self.history.add(self._codes)
        return decoded

    def foresee_hop(self, latent: Floats) -> bool:
        """Write the latent that the next hop has unless a control moves; change nothing else.

        Return True if it will have to be decoded. `next_held` becomes what `held` will be then,
        or None if it depends on what is still to be heard.
        """
        self.next_held = None
        if Source.LIVE in self._sources():
            return False
        kept = [(array, array.copy()) for array in self._decided]
        present = self._source, self._sounds, self.position
        decoded = self._decide(latent)
        self.next_held = self.held.copy()
        self._expect_draw()
        for array, before in kept:
            array[...] = before
        self._source, self._sounds, self.position = present
        return decoded

    def _sources(self) -> tuple[Source, ...]:
        """Return the sources of the next hop's latent; none while it is frozen."""
        values, source = self._performance.values, self._chosen("source")
        if source is Source.KEYS or (values["freeze"] >= 0.5 and self.held.any()):
            return ()
        return (source, self._chosen("morph_to")) if values["morph"] > 0 else (source,)

    def _decide(self, latent: Floats) -> bool:
        """Choose the latent of a hop from the controls; return True if it has to be decoded."""
        self._codes = None
        source = self._source = self._chosen("source")
        values, speaks = self._performance.values, source is not Source.KEYS
        self._sounds = speaks and self._performance.sing is not Sing.STREAM
        if speaks and not (values["freeze"] >= 0.5 and self.held.any()):
            self._choose(source, self._chosen("morph_to"), values["morph"])
        if not speaks:
            self.position = None
        latent[:] = self.held
        self._packed.shift(latent, self._performance.reading.shift + self._to_range(latent))
        return self._sounds or self._sounded()

    def _to_range(self, latent: Floats) -> float:
        """Return the semitones to the pitch range of the timbre, as far as the player wants."""
        performance = self._performance
        share = performance.values.get("range", 0.0)
        if not share:
            return 0.0
        return share * self._ranges.semitones(self._record[0], latent, performance.weights)

    def work_ahead(self, position: int) -> None:
        """Do the share of listening and drawing that falls to `position` frames of the hop."""
        self._encoding.go_on(position)
        if self._draws is not None:
            self._draws.go_on(position)

    def _listen(self) -> None:
        """Begin to encode a hop of input, and delay the dry sound as much."""
        ahead = self._packed.config.look_ahead
        self.dry[:ahead] = self.heard[len(self.heard) - ahead :]
        self.dry[ahead:] = self.input[: len(self.input) - ahead]
        self._encoding.begin(lambda: np.copyto(self.heard, self.input))

    def _encode(self) -> None:
        self._encoder.encode(self.heard, self.live)

    def _chosen(self, id: str) -> Source:
        """Return the source that a parameter selects; the file if there is no prior."""
        source = Source(round(self._performance.values[id]))
        return Source.FILE if source is Source.PRIOR and self._prior is None else source

    def _sounded(self) -> bool:
        """Return True if the previous hop sounded, or would have."""
        record = self._record[0]
        return bool(record["sounds"]) if record["hops"] else self._sounds

    def _end_hop(self) -> None:
        """Silence a hop that was not decoded, or fade it if the stream starts or stops."""
        sounds, sounded = self._sounds, self._sounded()
        if not (sounds or sounded):
            self.hop[:] = 0.0
        self._stay_awake()
        if sounds != sounded:
            self.hop *= self._rise if sounds else self._rise[::-1]
        self._record["sounds"] = sounds
        self._record["hops"] += 1

    def _stay_awake(self) -> None:
        """Restart a prior that has fallen silent: the sounds it learnt from end in silence."""
        heard = self._sounds and self._source is Source.PRIOR
        quiet = heard and float(np.abs(self.hop).max()) < QUIET_PEAK
        self._record["quiet"] = (self._record["quiet"] + 1) * quiet
        longest = QUIET_SECONDS * self._packed.config.code_rate
        if self._prior is not None and self._record["quiet"][0] > longest:
            self._prior.reset_voice(0)
            self._record["quiet"] = 0

    # -- its latent --------------------------------------------------------------------------------

    def _choose(self, source: Source, other: Source, morph: float) -> None:
        """Choose the latent that sounds, into `held`."""
        np.copyto(self.held, self._latent_from(source))
        morphs = morph > 0 and other != source
        if morphs:
            self.held *= np.float32(1 - morph)
            self._other[:] = self._latent_from(other)
            self._other *= np.float32(morph)
            self.held += self._other
        reads = source is Source.FILE or (morphs and other is Source.FILE)
        self.position = self.reader.place if reads else None
        self._codes = self._codes_from(other if morphs and morph > 0.5 else source)

    def _codes_from(self, source: Source) -> NDArray[np.uint16]:
        """Return the code frame of a source."""
        if source is Source.FILE:
            return self.reader.codes
        return self.live if source is Source.LIVE else self._drawn

    def _latent_from(self, source: Source) -> Floats:
        if source is Source.LIVE:
            self._packed.latent_of(self.live, self._performance.reading.stages, self._latent)
        elif self._draws is not None and source is Source.PRIOR:
            return self._invent(self._draws)
        else:
            self._read_file()
        return self._latent

    def _invent(self, draws: DrawsAhead) -> Floats:
        """Return the latent of the prior's next code frame, at the player's rate."""
        record, reading = self._record[0], self._performance.reading
        record["ahead"] = min(record["ahead"] + abs(reading.rate), MOST_DRAWN)
        while record["ahead"] >= 1.0:
            record["ahead"] -= 1.0
            draws.sample(*self._next_draw(draws), self._drawn)
            record["drawn"] += 1
            self._packed.latent_of(self._drawn, reading.stages, self.prior_latent)
        return self.prior_latent

    def _next_draw(self, draws: DrawsAhead) -> tuple[Floats, float, int, Floats]:
        """Return the arguments of the next draw, for which a prior that is stuck begins anew."""
        values = self._performance.values
        draws.begin_anew_if_stuck()
        first = int(self._record["drawn"][0]) * self._packed.config.stages
        fill_uniforms(sequence(self._seed, 0), first, self._uniforms)
        weights, top_k = self._performance.weights, round(values["top_k"])
        return weights, values["temperature"], top_k, self._uniforms

    def _expect_draw(self) -> None:
        """Let the frame after the next one be drawn ahead, if the prior is heard."""
        if self._draws is not None and Source.PRIOR in self._sources():
            self._draws.expect(*self._next_draw(self._draws))

    def _read_file(self) -> None:
        """Read at the next place in the window, at the player's rate."""
        frames, values = len(self._material.codes), self._performance.values
        low, high = sorted((values["loop_start"], values["loop_end"]))
        first = min(round(low * frames), frames - 1)
        end = max(first + 1, min(frames, round(high * frames)))
        record = self._record[0]
        record["place"] = self.reader.read(
            float(record["place"]), first, end, self._performance.reading,
            sequence(self._seed, 1), int(record["hops"]), self._latent,
        )  # fmt: skip
