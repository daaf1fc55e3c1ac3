"""The verifier passes the sine, and catches each broken promise by its own check."""

import dataclasses
import sys
import types
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from rtaudiogen.events import ALL_VOICES, EventKind
from rtaudiogen.generator import Audio, Descriptor, Events, Finding, State
from rtaudiogen.models.sine import FAMILY, SINE
from rtaudiogen.models.sine.generator import Sine
from rtaudiogen.verification.score import settings
from rtaudiogen.verification.verify import verify

RATE = 8000


class Broken(Sine):
    """A sine to be broken in one respect."""

    def __init__(self, descriptor: Descriptor = SINE, sample_rate: int = RATE) -> None:
        super().__init__(descriptor, sample_rate)
        self.rendered = 0


class HearsEventsAtBlockStart(Broken):
    def render(self, out: Audio, parameters: np.ndarray, events: Events) -> None:
        early = events.copy()
        early["frame"] = 0
        super().render(out, parameters, early)


class LeavesTheLastFrame(Broken):
    def render(self, out: Audio, parameters: np.ndarray, events: Events) -> None:
        if len(out) > 1:
            super().render(out[:-1], parameters, events[events["frame"] < len(out) - 1])


class MissesTheLastFrame(Broken):
    def render(self, out: Audio, parameters: np.ndarray, events: Events) -> None:
        super().render(out, parameters, events[events["frame"] < len(out) - 1])


class HasAMemoryOfOtherSeeds(Broken):
    def render(self, out: Audio, parameters: np.ndarray, events: Events) -> None:
        super().render(out, parameters, events)
        self.rendered += 1
        out += np.float32(1e-4 * (self.rendered % 3))


class IsBornDifferent(Broken):
    born = 0

    def __init__(self) -> None:
        super().__init__()
        IsBornDifferent.born += 1
        self.offset = np.float32(1e-3 * IsBornDifferent.born)

    def render(self, out: Audio, parameters: np.ndarray, events: Events) -> None:
        super().render(out, parameters, events)
        out += self.offset


class ForgetsItsWheels(Broken):
    def save_state(self) -> State:
        return {"voices": self._voices.copy()}

    def load_state(self, state: State) -> None:
        self._voices[:] = state["voices"]


class SavesNoCopies(Broken):
    def save_state(self) -> State:
        return {"voices": self._voices, "channel": self._channel}


class TakesForeignState(Broken):
    def load_state(self, state: State) -> None:
        if state["voices"].shape == self._voices.shape:
            super().load_state(state)


class BreaksAtItsEnds(Broken):
    def render(self, out: Audio, parameters: np.ndarray, events: Events) -> None:
        super().render(out, parameters, events)
        if parameters[0] > 0.0:
            out[0] = np.inf


class NeverLetsGo(Broken):
    def render(self, out: Audio, parameters: np.ndarray, events: Events) -> None:
        super().render(out, parameters, events[events["kind"] != EventKind.NOTE_OFF])


class CannotBeChoked(Broken):
    def render(self, out: Audio, parameters: np.ndarray, events: Events) -> None:
        softer = events.copy()
        softer["kind"][events["kind"] == EventKind.CHOKE] = EventKind.NOTE_OFF
        super().render(out, parameters, softer)


class SoundsInFreeVoices(Broken):
    def voice_levels(self) -> np.ndarray:
        return np.zeros(16, np.float32)


class IsNeverFree(Broken):
    def voice_levels(self) -> np.ndarray:
        return super().voice_levels() + np.float32(1e-6)


class PromisesADelay(Broken):
    delay_frames = 100


class IsLaterThanItSays(Broken):
    """A sine that is 50 ms later than it reports."""

    def reset(self, seed: int) -> None:
        super().reset(seed)
        self._line = np.zeros((RATE // 20, 1), np.float32)

    def render(self, out: Audio, parameters: np.ndarray, events: Events) -> None:
        super().render(out, parameters, events)
        joined = np.concatenate([self._line, out])
        out[:] = joined[: len(out)]
        self._line = joined[len(out) :]

    def save_state(self) -> State:
        return super().save_state() | {"line": self._line.copy()}

    def load_state(self, state: State) -> None:
        super().load_state(state)
        self._line = state["line"].copy()


class Grows(Broken):
    def __init__(self) -> None:
        super().__init__()
        self.history: list[float] = []

    def render(self, out: Audio, parameters: np.ndarray, events: Events) -> None:
        super().render(out, parameters, events)
        self.history.append(float(out[0, 0]))

    def save_state(self) -> State:
        return super().save_state() | {"history": np.array(self.history)}


class HasOneBend(Broken):
    """A sine that bends all voices when one is bent."""

    def render(self, out: Audio, parameters: np.ndarray, events: Events) -> None:
        events = events.copy()
        events["voice"][events["kind"] == EventKind.PITCH_BEND] = ALL_VOICES
        super().render(out, parameters, events)


class LeansToTheLeft(Broken):
    def render(self, out: Audio, parameters: np.ndarray, events: Events) -> None:
        super().render(out, parameters, events)
        if out.shape[1] == 2:
            out[:, 0] *= np.float32(1.1)


class RaisesOnPressure(Broken):
    def render(self, out: Audio, parameters: np.ndarray, events: Events) -> None:
        if (events["kind"] == EventKind.PRESSURE).any():
            raise NotImplementedError("no pressure\nplease")
        super().render(out, parameters, events)


class DescribesAnotherRate(Broken):
    def __init__(self) -> None:
        super().__init__(dataclasses.replace(SINE, sample_rate=16000))


class HasAParameterTwice(Broken):
    def __init__(self) -> None:
        super().__init__(dataclasses.replace(SINE, parameters=SINE.parameters * 2))


BROKEN: list[tuple[Callable[[], Broken], str]] = [
    (HearsEventsAtBlockStart, "block size"),
    (LeavesTheLastFrame, "fills the block"),
    (MissesTheLastFrame, "note at the last frame of a block"),
    (HasAMemoryOfOtherSeeds, "same seed"),
    (IsBornDifferent, "same seed"),
    (ForgetsItsWheels, "saved state"),
    (SavesNoCopies, "saved state"),
    (TakesForeignState, "foreign state"),
    (BreaksAtItsEnds, "parameters at and past their ends"),
    (NeverLetsGo, "a released voice falls silent"),
    (CannotBeChoked, "a choked voice falls silent"),
    (SoundsInFreeVoices, "level of a held note"),
    (IsNeverFree, "levels after reset"),
    (PromisesADelay, "delay"),
    (IsLaterThanItSays, "delay"),
    (Grows, "state does not grow"),
    (HasOneBend, "a voice's own expression"),
    (LeansToTheLeft, "a voice in the centre"),
    (RaisesOnPressure, "block sizes"),
    (DescribesAnotherRate, "descriptor"),
    (HasAParameterTwice, "descriptor"),
]


def failed(findings: list[Finding]) -> set[str]:
    return {finding.name for finding in findings if not finding.passed}


def test_the_sine_keeps_the_contract() -> None:
    findings = verify(lambda: Sine(SINE, RATE), FAMILY)
    assert failed(findings) == set()
    assert len(findings) >= 20
    assert all(finding.detail for finding in findings)


@pytest.mark.parametrize(("make", "name"), BROKEN, ids=[make.__name__ for make, _ in BROKEN])
def test_a_broken_generator_is_caught(make: Callable[[], Broken], name: str) -> None:
    assert name in failed(verify(make))


def test_an_error_of_a_generator_is_evidence_in_one_line() -> None:
    (finding,) = [f for f in verify(RaisesOnPressure) if f.name == "block sizes"]
    assert finding.detail == "raised NotImplementedError: no pressure please"


@pytest.mark.parametrize(("source", "passed"), [("import torch", False), ("", True)])
def test_a_family_that_imports_torch_to_be_listed_is_caught(
    source: str, passed: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "torch.py").write_text("")
    (tmp_path / "stranger.py").write_text(
        f"{source}\nfrom rtaudiogen.models.sine import FAMILY as SINES\n"
        "import dataclasses\nFAMILY = dataclasses.replace(SINES, name='stranger')\n"
    )
    info = tmp_path / "stranger-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: stranger\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[rtaudiogen.generators]\nstranger = stranger:FAMILY\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    family = dataclasses.replace(FAMILY, name="stranger")
    (finding,) = [
        f for f in verify(lambda: Sine(SINE, RATE), family) if f.name == "listed without torch"
    ]
    assert finding.passed == passed, finding.detail


def test_the_familys_own_parallel_check_is_part_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    module = types.ModuleType("stranger")
    module.__dict__["check"] = lambda generator: [Finding("logits", False, "off by 0.1")]
    monkeypatch.setitem(sys.modules, "stranger", module)
    family = dataclasses.replace(FAMILY, parallel_check="stranger:check")
    assert failed(verify(lambda: Sine(SINE, RATE), family)) == {"streaming = parallel: logits"}


def test_every_parameter_is_set_to_its_ends_equal_parts_at_once() -> None:
    parts = tuple(
        dataclasses.replace(p, id=f"pad{number}.{p.id}")
        for number in range(1, 17)
        for p in SINE.parameters
    )
    kit = dataclasses.replace(SINE, parameters=(*SINE.parameters, *parts))
    rows = settings(kit)
    values = np.stack(list(rows.values()))
    for column, parameter in zip(values.T, kit.parameters, strict=True):
        ends = np.array([parameter.minimum, parameter.maximum], np.float32)
        assert np.isin(ends, column).all()
        assert column.min() < ends.min() < ends.max() < column.max()
    assert len(rows) == 2 * len(settings(SINE)) - 1
