"""A torch network played unchanged keeps the contract, adapter included."""

from collections.abc import Mapping

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from rtaudiogen.events import EventKind, event, no_events
from rtaudiogen.generator import Descriptor, Family, Parameter, Plays
from rtaudiogen.models.playing.torch_stream import TorchStream
from rtaudiogen.verification.verify import verify

RATE, HOP, WIDTH = 16000, 80, 8


def descriptor(plays: Plays, voices: int) -> Descriptor:
    return Descriptor(
        "grain", "grain", "Grain", "", frozenset({plays}), RATE, 1, voices,
        (Parameter("wildness", "Wildness", 0.0, 1.0, 0.5),),
    )  # fmt: skip


class Grain(nn.Module):
    """A recurrent layer that hears random numbers, with an oscillator at the key."""

    hop, uniforms, release_seconds = HOP, WIDTH, 0.02

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.core = nn.GRUCell(WIDTH, WIDTH)
        self.out = nn.Linear(WIDTH, HOP)

    def silent(self, voices: int) -> dict[str, Tensor]:
        return {"hidden": torch.zeros(voices, WIDTH), "turns": torch.zeros(voices)}

    def forward(
        self, told: Mapping[str, Tensor], state: Mapping[str, Tensor]
    ) -> tuple[Tensor, dict[str, Tensor]]:
        hidden = self.core(told["uniforms"] * told["wildness"][:, None], state["hidden"])
        step = 440 * 2 ** ((told["key"] + told["bend"] - 69) / 12) / RATE
        turns = state["turns"][:, None] + step[:, None] * torch.arange(1, HOP + 1)
        sound = 0.3 * torch.sin(2 * torch.pi * turns) + 0.1 * torch.tanh(self.out(hidden))
        return told["velocity"][:, None] * sound, {"hidden": hidden, "turns": turns[:, -1] % 1}


def made(plays: Plays = Plays.NOTES, voices: int = 3) -> TorchStream:
    return TorchStream(descriptor(plays, voices), Grain(), RATE)


def played(generator: TorchStream, frames: int, events: np.ndarray | None = None) -> np.ndarray:
    out = np.zeros((frames, 1), np.float32)
    told = no_events() if events is None else events
    generator.render(out, generator.descriptor.defaults(), told)
    return out[:, 0]


@pytest.mark.parametrize(("plays", "voices"), [(Plays.NOTES, 3), (Plays.STREAM, 1)])
def test_a_network_fulfils_the_contract(plays: Plays, voices: int) -> None:
    family = Family("grain", "", list, lambda path: descriptor(plays, voices), "grain:made")
    findings = verify(lambda: made(plays, voices), family)
    failed = [finding for finding in findings if not finding.passed]
    assert [finding for finding in failed if finding.name != "listed without torch"] == []


def test_a_note_sounds_at_once_as_the_network_has_it() -> None:
    generator = made()
    generator.prepare(4 * HOP)
    generator.reset(5)
    sound = played(generator, 4 * HOP, event(HOP // 2, EventKind.NOTE_ON, 1, 69.0, 0.5))
    assert not sound[: HOP // 2].any()
    own = made()
    own.prepare(HOP)
    own.reset(5)
    first = played(own, HOP, event(0, EventKind.NOTE_ON, 1, 69.0, 0.5))
    np.testing.assert_array_equal(sound[HOP // 2 :][:HOP], first)
    oscillator = 0.15 * np.sin(2 * np.pi * 440 / RATE * np.arange(1, HOP + 1))
    assert np.abs(first - oscillator).max() < 0.05 + 1e-5  # beside the tanh of what it draws


def test_a_voice_does_not_hear_the_others() -> None:
    alone, together = made(), made()
    for generator in (alone, together):
        generator.prepare(3 * HOP)
        generator.reset(1)
    second = event(7, EventKind.NOTE_ON, 1, 50.0, 0.8)
    first = event(0, EventKind.NOTE_ON, 0, 60.0, 0.8)
    both = played(together, 3 * HOP, np.concatenate([first, second]))
    one = played(alone, 3 * HOP, first)
    assert np.array_equal(together.save_state()["network.hidden"][0],
                          alone.save_state()["network.hidden"][0])  # fmt: skip
    assert not np.array_equal(both, one)


def test_numbers_that_are_none_are_not_heard() -> None:
    generator = made()
    generator.prepare(HOP)
    with torch.no_grad():
        generator.network.out.bias.fill_(float("nan"))
    sound = played(generator, HOP, event(0, EventKind.NOTE_ON, 0, 60.0, 0.8))
    assert not sound.any()


def test_a_parameter_may_not_be_called_as_a_notes_own() -> None:
    bad = descriptor(Plays.NOTES, 1)
    bad = Descriptor(**{**vars(bad), "parameters": (Parameter("key", "Key", 0.0, 1.0, 0.0),)})
    with pytest.raises(ValueError, match="may not be called key"):
        TorchStream(bad, Grain(), RATE)


def test_a_state_of_another_network_is_refused() -> None:
    generator = made()
    generator.prepare(HOP)
    state = generator.save_state()
    with pytest.raises(ValueError, match="not a state of 'grain'"):
        generator.load_state(state | {"network.hidden": np.zeros((3, 4), np.float32)})
