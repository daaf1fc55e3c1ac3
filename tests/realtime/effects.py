"""Small generators that hear an input or play from a sound, so that tests can compare both."""

from functools import partial

import numpy as np

from rtaudiogen.errors import RtAudioGenError
from rtaudiogen.generator import Audio, Descriptor, Events, Family, Generator, Plays, State
from rtaudiogen.models.sine import SINE
from rtaudiogen.models.sine.generator import Sine

from . import families


def describe(id: str, *plays: Plays, sample_rate: int = 0, takes_sound: bool = False) -> Descriptor:
    return Descriptor(
        id=id,
        family="effects",
        name=id,
        summary="for tests",
        plays=frozenset(plays),
        sample_rate=sample_rate,
        channels=1,
        voices=SINE.voices if Plays.NOTES in plays else 1,
        parameters=SINE.parameters if Plays.NOTES in plays else (),
        takes_sound=takes_sound,
    )


ECHO = describe("echo", Plays.EFFECT)
ECHO_16K = describe("echo-16k", Plays.EFFECT, sample_rate=16000)
LOOP = describe("loop", Plays.STREAM, sample_rate=16000, takes_sound=True)
BAND = describe("band", Plays.STREAM, Plays.NOTES, Plays.EFFECT, takes_sound=True)


class Echo:
    """An effect that returns its input, bit for bit and at once."""

    delay_frames = 0
    input_delay_frames = 0

    def __init__(self, descriptor: Descriptor = ECHO, sample_rate: int = 48000) -> None:
        self.descriptor, self.sample_rate = descriptor, sample_rate
        self._heard: Audio | None = None

    def prepare(self, max_frames: int, device: str = "cpu") -> None:
        pass

    def reset(self, seed: int) -> None:
        self._heard = None

    def hear(self, block: Audio) -> None:
        self._heard = np.nan_to_num(block, posinf=0.0, neginf=0.0)

    def render(self, out: Audio, parameters: np.ndarray, events: Events) -> None:
        out[:] = 0.0
        if self._heard is not None:
            assert len(self._heard) == len(out)
            out += self._heard
        self._heard = None

    def voice_levels(self) -> np.ndarray:
        return np.zeros(1, np.float32)

    def save_state(self) -> State:
        return {}

    def load_state(self, state: State) -> None:
        pass


class Loop:
    """A stream that repeats its sound, and is silent without one."""

    delay_frames = 0

    def __init__(self, descriptor: Descriptor = LOOP, sample_rate: int = 16000) -> None:
        self.descriptor, self.sample_rate = descriptor, sample_rate
        self._sound = np.zeros(1, np.float32)
        self._position = 0

    def take(self, sound: np.ndarray) -> None:
        if len(sound) < 100 or not np.isfinite(sound).all():
            raise RtAudioGenError(f"a sound of {len(sound)} frames, not all finite: expected 100")
        self._sound = sound.copy()

    def prepare(self, max_frames: int, device: str = "cpu") -> None:
        pass

    def reset(self, seed: int) -> None:
        self._position = 0

    def render(self, out: Audio, parameters: np.ndarray, events: Events) -> None:
        indices = (self._position + np.arange(len(out))) % len(self._sound)
        out[:] = self._sound[indices][:, None]
        self._position += len(out)

    def voice_levels(self) -> np.ndarray:
        return np.zeros(1, np.float32)

    def save_state(self) -> State:
        return {"position": np.array([self._position])}

    def load_state(self, state: State) -> None:
        self._position = int(state["position"].reshape(1)[0])


class Band(Sine):
    """A generator that plays a loop, sines on notes, and an echo at once."""

    input_delay_frames = 0

    def __init__(self, descriptor: Descriptor = BAND, sample_rate: int = 8000) -> None:
        super().__init__(descriptor, sample_rate)
        self.echo, self.loop = Echo(descriptor, sample_rate), Loop(descriptor, sample_rate)
        hum = np.sin(2 * np.pi * np.arange(200) / 40)
        self.loop.take((0.1 * hum).astype(np.float32))
        self.hear, self.take = self.echo.hear, self.loop.take

    def reset(self, seed: int) -> None:
        super().reset(seed)
        self.echo.reset(seed)
        self.loop.reset(seed)

    def render(self, out: Audio, parameters: np.ndarray, events: Events) -> None:
        super().render(out, parameters, events)
        for part in (self.echo, self.loop):
            more = np.zeros_like(out)
            part.render(more, parameters, events)
            out += more

    def save_state(self) -> State:
        return super().save_state() | self.loop.save_state()

    def load_state(self, state: State) -> None:
        super().load_state(state)
        self.loop.load_state(state)


def create(descriptor: Descriptor, sample_rate: int) -> Generator:
    """Return a generator of the family."""
    kinds = {"echo": Echo, "echo-16k": Echo, "loop": Loop, "band": Band}
    generator: Generator = kinds[descriptor.id](descriptor, sample_rate)
    return generator


FAMILY = Family(
    name="effects",
    summary="for tests",
    builtin=lambda: [ECHO, ECHO_16K, LOOP, BAND],
    describe=lambda path: ECHO,
    create=f"{__name__}:create",
)


installed = partial(families.installed, FAMILY.name)
register = partial(families.register, FAMILY)
