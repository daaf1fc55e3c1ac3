"""Generator plugin: sixteen pads whose hits are made when they are struck, or ahead for a pool.

A hit depends on its recipe alone (`recipes.py`), so both ways give the same bits, and a saved state
holds recipes instead of sound. torch is imported only for devices other than the CPU.
"""

import math
from collections.abc import Hashable, Mapping
from typing import cast

import numpy as np
from numpy.typing import NDArray

from rtaudiogen.events import ALL_VOICES, CHOKE_SECONDS, EventKind, event
from rtaudiogen.generator import Audio, Descriptor, Events, Generator, State, Strike

from ..oneshot import pads
from ..oneshot.finishing import longest_frames
from ..oneshot.pad_parameters import PadValues, Settings
from ..oneshot.pads import PADS
from ..oneshot.recipes import LAYERS, Recipe, recipe
from ..oneshot.voices import HELD, VOICE, let_go, mix, playable
from ..playing.named_state import restore, saved
from .descriptor import FILES
from .maker import Maker
from .packing import Packed, pack
from .renderer import renderers

GROUP_FADE_SECONDS = 0.005  # of voices that a strike of their group ends
UNLOCKED = -1  # in `held`
SOUNDING = 1e-9  # minimum level of a busy voice
PLACED: dict[int, str] = {EventKind.VOLUME: "volume", EventKind.PAN: "pan"}
TOLD = np.dtype([(name, np.float32) for name in PLACED.values()])


def create(descriptor: Descriptor, sample_rate: int) -> Generator:
    """Return the generator of a model file; it runs at its own rate, whatever the host's.
    [control]
    """
    return WaveGANGenerator(descriptor, pack(*FILES.opened(descriptor)))


class WaveGANGenerator:
    """Implements `rtaudiogen.generator`: Generator and HitMaker."""

    delay_frames = 0
    pads = PADS
    layers = LAYERS
    arrays = ("voices", "told", "played", "held", "spent", "seed")

    def __init__(self, descriptor: Descriptor, packed: Packed) -> None:
        self.descriptor, self.packed = descriptor, packed
        self.sample_rate = packed.config.sample_rate
        self.settings = Settings(descriptor.parameters)
        self.voices = np.zeros(descriptor.voices, VOICE)
        self.told = np.zeros(1, TOLD)  # to all voices
        self.played = np.zeros(PADS, np.int64)
        self.held = np.full(PADS, UNLOCKED)  # the hits that locked pads keep
        self.spent = np.zeros(PADS, np.int64)  # values of `kept` that an unlocking has ended
        self.seed = np.zeros(1, np.uint64)

    def prepare(self, max_frames: int, device: str = "cpu") -> None:
        """Implement `Generator.prepare`."""
        self.renderers = renderers(self.packed, device)
        self._maker, self._ahead = (Maker(renderer) for renderer in self.renderers)
        longest = longest_frames(self.packed.config.frames)
        self.hits = np.zeros((len(self.voices), longest), np.float32)
        self._warm_up()
        self.reset(0)

    def _warm_up(self) -> None:
        """Compile everything that a render call, or a hit made ahead, may need."""
        values = self.descriptor.defaults()
        for id in ("pad1.mutate", "pad1.breed", "pad1.drift", "pad1.pitch"):
            values[self.descriptor.parameter_index(id)] = 2.0
        self.render(np.zeros((1, 2), np.float32), values, event(0, EventKind.NOTE_ON, 0, 36.0, 1.0))
        self.make(self.recipe(0, 0, 0, values))

    def reset(self, seed: int) -> None:
        """Implement `Generator.reset`."""
        self.voices[:] = np.zeros((), VOICE)
        self.told["volume"], self.told["pan"] = 1.0, 0.0
        self.played[:] = 0
        self.held[:] = UNLOCKED
        self.spent[:] = 0
        self.seed[:] = np.uint64(seed % (1 << 64))

    # -- hits [any] --------------------------------------------------------------------------------

    def pad_of(self, key: int) -> int | None:
        """Implement `HitMaker.pad_of`."""
        return pads.pad_of(key)

    def layer_of(self, velocity: float, parameters: NDArray[np.float32]) -> int:
        """Implement `HitMaker.layer_of`."""
        if self.settings.kit(parameters).velocity_timbre <= 0:
            return 0
        return min(LAYERS - 1, max(0, int(LAYERS * velocity)))

    def recipe(self, pad: int, number: int, layer: int, parameters: NDArray[np.float32]) -> Recipe:
        """Implement `HitMaker.recipe`."""
        own = self.settings.pad(parameters, pad)
        mate = self.settings.pad(parameters, max(0, round(own.breed) - 1))
        number = self._kept_by(pad, own) if own.lock >= 0.5 else _in_turn(number, own)
        kit = self.settings.kit(parameters)
        return recipe(int(self.seed[0]), pad, number, layer, kit, own, mate)

    def make(self, recipe: Hashable) -> Audio:
        """Implement `HitMaker.make`."""
        return np.repeat(self._ahead.make(cast(Recipe, recipe))[:, None], 2, axis=1)

    def strike(self, pad: int, velocity: float, parameters: NDArray[np.float32]) -> Strike:
        """Implement `HitMaker.strike`."""
        kit, own = self.settings.kit(parameters), self.settings.pad(parameters, pad)
        gain = velocity ** (2.0 * kit.velocity_curve) * 10 ** ((kit.level + own.level) / 20)
        return Strike(gain, own.pan, round(own.choke))

    def kept(self, parameters: NDArray[np.float32]) -> Mapping[str, float]:
        """Implement `HitMaker.kept`."""
        pads = [self.settings.pad(parameters, pad) for pad in range(PADS)]
        return {
            f"pad{pad + 1}.kept": float(self._kept_by(pad, own) + 1) if own.lock >= 0.5 else 0.0
            for pad, own in enumerate(pads)
            if own.lock >= 0.5 or self.spent[pad]
        }

    def _kept_by(self, pad: int, own: PadValues) -> int:
        """Return the number of the hit that a locked pad plays."""
        if round(own.kept) not in (0, self.spent[pad]):
            return round(own.kept) - 1
        held = int(self.held[pad])
        return held if held != UNLOCKED else _in_turn(max(0, int(self.played[pad]) - 1), own)

    # -- a block [render] --------------------------------------------------------------------------

    def render(self, out: Audio, parameters: NDArray[np.float32], events: Events) -> None:
        """Implement `Generator.render`."""
        self._lock(parameters)
        out[:] = 0.0
        start = 0
        for happening in events:
            frame = int(happening["frame"])
            mix(out, start, frame, self.voices, self.hits)
            start = frame
            self._obey(happening, parameters)
        mix(out, start, len(out), self.voices, self.hits)

    def _lock(self, parameters: NDArray[np.float32]) -> None:
        """Note which hits pads keep. `kept` counts until its pad is unlocked, or it is set
        again.
        """
        locked, kept = self.settings.locked(parameters), self.settings.kept(parameters)
        self.spent[self.spent != kept] = 0
        freed = ~locked & (self.held != UNLOCKED)
        self.spent[freed] = kept[freed]
        for pad in np.flatnonzero(locked & (self.held == UNLOCKED)).tolist():
            own = self.settings.pad(parameters, pad)
            self.held[pad] = self._kept_by(pad, own)
        self.held[~locked] = UNLOCKED

    def _obey(self, happening: np.void, parameters: NDArray[np.float32]) -> None:
        kind, voice = int(happening["kind"]), int(happening["voice"])
        if voice == ALL_VOICES:
            if kind in PLACED:
                self.told[PLACED[kind]] = happening["value"]
        elif kind in PLACED:
            self._place(self.voices[voice], PLACED[kind], float(happening["value"]))
        elif kind == EventKind.NOTE_ON:
            pad = self.pad_of(round(float(happening["key"])))
            if pad is not None:
                self._play(voice, pad, float(happening["value"]), parameters)
        elif kind == EventKind.CHOKE:
            let_go(self.voices[voice], int(CHOKE_SECONDS * self.sample_rate))

    def _place(self, voice: np.void, name: str, value: float) -> None:
        """Set the volume or the pan of a hit that starts; a hit that already sounds keeps its
        own.
        """
        if not voice["playing"] or voice["position"]:
            return
        voice[name] = value
        left, right = _sides(float(voice["pan"])) if voice["pan"] else (1.0, 1.0)
        volume = float(voice["volume"])
        voice["gain_left"] = voice["own_left"] * np.float32(volume * left)
        voice["gain_right"] = voice["own_right"] * np.float32(volume * right)

    def _play(self, voice: int, pad: int, velocity: float, parameters: NDArray[np.float32]) -> None:
        """Make the pad's next hit and start it; the hits that it chokes begin to fade."""
        layer = self.layer_of(velocity, parameters)
        made = self.recipe(pad, int(self.played[pad]), layer, parameters)
        strike = self.strike(pad, velocity, parameters)
        self.played[pad] += 1
        if strike.choke_group:
            for other in np.flatnonzero(self.voices["group"] == strike.choke_group).tolist():
                let_go(self.voices[other], int(GROUP_FADE_SECONDS * self.sample_rate))
        frames = self._fill(voice, made)
        left, right = (np.float32(strike.gain * side) for side in _sides(strike.pan))
        self.voices[voice] = (
            1, 0, frames, left, right, left, right, 1.0, 0.0, strike.choke_group, HELD, 1, 0.0,
            tuple(made),
        )  # fmt: skip
        for name in PLACED.values():
            self._place(self.voices[voice], name, float(self.told[name][0]))

    def _fill(self, voice: int, made: Recipe) -> int:
        """Put a hit into a voice's memory; return its frames."""
        hit = self._maker.make(made)
        self.hits[voice, : len(hit)] = hit
        return len(hit)

    def voice_levels(self) -> NDArray[np.float32]:
        """Implement `Generator.voice_levels`."""
        audible = np.maximum(self.voices["peak"], np.float32(SOUNDING))
        return np.where(self.voices["playing"] != 0, audible, np.float32(0.0))

    # -- state [render] ----------------------------------------------------------------------------

    def save_state(self) -> State:
        """Implement `Generator.save_state`."""
        return saved(self._live())

    def load_state(self, state: State) -> None:
        """Implement `Generator.load_state`. Sounding hits are made again; without a device they are
        silent.
        """
        mine = self.save_state()
        restore(self._live(), state, self.descriptor.id)
        if not playable(self.voices, max(1, len(self.packed.config.classes))):
            restore(self._live(), mine, self.descriptor.id)
            raise ValueError(f"not a state of '{self.descriptor.id}'")
        sounding = np.flatnonzero(self.voices["playing"]).tolist()
        self.hits[sounding] = 0.0
        for index in sounding:
            voice = self.voices[index]
            voice["frames"] = self._fill(index, Recipe(*voice["recipe"].item()))

    def _live(self) -> State:
        """Return views of everything that the future output depends on, as plain numbers."""
        return {name: getattr(self, name).view(np.uint8) for name in self.arrays}


def _in_turn(number: int, own: PadValues) -> int:
    """Return the number of a hit on a pad that alternates between a few hits."""
    turn = round(own.round_robin)
    return number % turn if turn else number


def _sides(pan: float) -> tuple[float, float]:
    """Return the factors left and right: both 1 in the centre; the far side fades at constant
    power.
    """
    angle = (pan + 1.0) * math.pi / 4.0
    left = math.cos(angle) if pan < 1.0 else 0.0  # cos(π/2) is not quite 0
    return min(1.0, math.sqrt(2.0) * left), min(1.0, math.sqrt(2.0) * math.sin(angle))
