"""The loop that all families train with, on a network of one number."""

import math
import signal
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from rtaudiogen.errors import UsageError
from rtaudiogen.models.training.checkpoint import Checkpoint
from rtaudiogen.models.training.device import Batches
from rtaudiogen.models.training.trainer import Adversary, Budget, Report, Step, Trainer

STEPS = 12
BUDGET = Budget(steps=STEPS, learning_rate=0.05, warm_up_steps=1, averaging=0.5, report_steps=3)


@pytest.fixture(scope="module", autouse=True)
def one_thread() -> Iterator[None]:
    """Let torch use one thread: at these sizes more are slower."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


class Listener(nn.Module):
    """An adversary that takes low values for real."""

    def __init__(self) -> None:
        super().__init__()
        self.scale = nn.Parameter(torch.tensor(1.0))
        self.gradients: list[float | None] = []  # gradients that exist before its own step

    def judge(self, sound: Tensor) -> Tensor:
        return self.scale * sound

    def forward(self, made: Tensor, real: Tensor) -> Tensor:
        gradient = self.scale.grad
        self.gradients.append(None if gradient is None else gradient.item())
        return (self.judge(made) - self.judge(real)).mean()


class Level(nn.Module):
    """A network that learns the mean of what it hears; a buffer counts what it has heard."""

    def __init__(self) -> None:
        super().__init__()
        self.level = nn.Parameter(torch.tensor(0.0))
        self.register_buffer("heard", torch.zeros(()))
        self.heard: Tensor
        self.calls: list[tuple[bool, bool]] = []  # whether training, whether against an adversary

    def forward(self, sound: Tensor, against: Listener | None = None) -> Tensor | Step:
        self.calls.append((self.training, against is not None))
        if self.training:
            self.heard += sound.sum()
        made = self.level.expand_as(sound)
        loss = (made - sound).square().mean()
        if against is None:
            return loss
        shown = [{"made": made.detach(), "real": sound}]
        return Step(loss + 4.0 * against.judge(made).mean(), shown)


def batches(step: int, process: int) -> list[dict[str, Tensor]]:
    generator = torch.Generator().manual_seed(step)
    return [{"sound": 1.0 + 0.1 * torch.randn(4, generator=generator)} for _ in range(2)]


AWAY, TOWARDS = -1.0, 1.0  # of what is learnt


def trainer(
    folder: Path, begins: float | None = None, held_out: float = TOWARDS, seed: int = 0
) -> Trainer:
    """Return a trainer; its adversary, if any, enters at `begins`."""
    adversary = None if begins is None else Adversary(Listener(), begins)
    spared = [{"sound": torch.full((4,), held_out)}]
    return Trainer(
        Level(), batches, spared, BUDGET, folder, {"seed": seed}, compiled=False, mixed=False,
        adversary=adversary,
    )  # fmt: skip


def run(part: Trainer, on_report: Callable[[Report], None] = lambda report: None) -> Trainer:
    part.run(lambda loss: None, on_report)
    return part


def training_calls(part: Trainer) -> list[bool]:
    """Return for each step whether an adversary was there."""
    assert isinstance(part.plain, Level)
    against = [adversary for training, adversary in part.plain.calls if training]
    assert len(against) == 2 * STEPS
    return against[::2]


@pytest.fixture
def interruptible() -> Iterator[None]:
    """Let Ctrl-C raise as in a terminal: a shell's background process ignores it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("interruptible")
def test_an_interrupted_training_reports_and_resumes_bit_exact(
    tmp_path: Path,
) -> None:
    part = trainer(tmp_path / "interrupted")
    reports: list[int] = []

    def interrupt(loss: float) -> None:
        if part.step == 4:
            signal.raise_signal(signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        part.run(interrupt, lambda report: reports.append(report.step))
    assert reports == [3, 4], "the second one is the last before it ended"
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    resumed = run(trainer(tmp_path / "interrupted"))
    straight = run(trainer(tmp_path / "straight"))
    assert torch.equal(resumed.average["level"], straight.average["level"])


@pytest.mark.usefixtures("interruptible")
def test_a_second_interruption_does_not_wait(tmp_path: Path) -> None:
    part = trainer(tmp_path)
    reports: list[int] = []

    def interrupt(loss: float) -> None:
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        part.run(interrupt, lambda report: reports.append(report.step))
    assert reports == []


@pytest.mark.parametrize(("begins", "first"), [(0.0, 0), (0.5, 6), (0.75, 9), (0.6, 8)])
def test_the_rival_begins_at_its_share(tmp_path: Path, begins: float, first: int) -> None:
    part = run(trainer(tmp_path, begins))
    assert training_calls(part) == [step >= first for step in range(STEPS)]


def test_without_a_rival_there_is_none(tmp_path: Path) -> None:
    assert not any(training_calls(run(trainer(tmp_path))))


def test_the_adversary_learns_from_its_own_loss_only_once_begun(tmp_path: Path) -> None:
    part = trainer(tmp_path, 0.5)
    assert part.adversary is not None
    listener = part.adversary.network
    assert isinstance(listener, Listener)
    scales = []
    part.run(lambda loss: scales.append(listener.scale.item()), lambda report: None)
    assert scales[:6] == [1.0] * 6
    assert all(later > earlier for earlier, later in pairwise(scales[5:]))
    assert len(listener.gradients) == 2 * 6, "once for each micro-batch"
    assert set(listener.gradients[::2]) == {None}, "nothing has come from the objective's loss"


def test_the_objective_learns_from_the_rival(tmp_path: Path) -> None:
    alone, contested = (
        run(trainer(tmp_path / str(begins), begins)).average["level"] for begins in (None, 0.0)
    )
    assert alone > 0
    assert contested < 0, "drawn to what the adversary takes for real"


def test_the_best_weights_are_kept(tmp_path: Path) -> None:
    best: list[float] = []

    def on_report(report: Report) -> None:
        best.append(part.best_weights["level"].item())
        assert report.best == min(point["held_out"] for point in part.history)

    part = trainer(tmp_path, held_out=AWAY)
    run(part, on_report)
    assert len(best) == 4
    assert set(best) == {best[0]}, "from the first report on it has become worse"
    assert best[0] < 0.6 * part.average["level"].item()


def test_while_a_rival_plays_the_newest_weights_are_kept(tmp_path: Path) -> None:
    kept: list[tuple[int, float, float]] = []

    def on_report(report: Report) -> None:
        newest = part.average["level"].item()
        kept.append((report.step, part.best_weights["level"].item(), newest))

    part = trainer(tmp_path, 0.75, held_out=AWAY)
    run(part, on_report)
    assert [step for step, weight, newest in kept if weight == newest] == [3, 9, 12]
    assert part.best == part.history[-1]["held_out"] > part.history[0]["held_out"]


def test_a_report_listens_without_learning(tmp_path: Path) -> None:
    part = run(trainer(tmp_path, 0.5))
    assert isinstance(part.plain, Level)
    listened = [at for at, (training, _) in enumerate(part.plain.calls) if not training]
    assert listened == [6, 13, 20, 27], "after each three steps of two micro-batches"
    assert not any(part.plain.calls[at][1] for at in listened), "the adversary is not asked"
    assert part.plain.training
    expected = sum(batch["sound"].sum() for step in range(STEPS) for batch in batches(step, 0))
    torch.testing.assert_close(part.plain.heard, expected)


def test_held_out_loss_is_that_of_the_averaged_weights(tmp_path: Path) -> None:
    part = trainer(tmp_path)

    def on_report(report: Report) -> None:
        expected = (part.average["level"].item() - TOWARDS) ** 2
        assert report.held_out == pytest.approx(expected, rel=1e-4)
        assert part.average["level"].item() != part.plain.level.item()

    run(part, on_report)


def test_buffers_are_kept_with_the_weights_as_they_are(tmp_path: Path) -> None:
    part = run(trainer(tmp_path, 0.5))
    assert part.best_weights["heard"] == part.plain.heard
    assert part.best_weights["level"] == part.average["level"]
    groups = Checkpoint.read(tmp_path / "checkpoint.safetensors").groups
    assert groups["buffers"]["heard"] == part.plain.heard
    assert groups["best"]["heard"] == part.plain.heard


class KilledError(Exception):
    """An error that stands for a process killed after a report."""


@pytest.mark.parametrize("begins", [None, 0.0, 0.4, 0.5])
@pytest.mark.parametrize("stops", [(3,), (6,), (3, 9)])
def test_an_interrupted_training_goes_on_to_the_same_numbers(
    tmp_path: Path, begins: float | None, stops: tuple[int, ...]
) -> None:
    straight = run(trainer(tmp_path / "straight", begins, held_out=AWAY))
    for stop in stops:

        def on_report(report: Report, stop: int = stop) -> None:
            if report.step == stop:
                raise KilledError

        with pytest.raises(KilledError):
            run(trainer(tmp_path / "stopped", begins, held_out=AWAY), on_report)
    resumed = run(trainer(tmp_path / "stopped", begins, held_out=AWAY))
    assert resumed.step == straight.step == STEPS
    one, other = (
        Checkpoint.read(tmp_path / name / "checkpoint.safetensors")
        for name in ("straight", "stopped")
    )
    assert one.facts["history"] == other.facts["history"]
    assert one.facts["best"] == other.facts["best"]
    assert one.groups.keys() == other.groups.keys()
    assert ("rival" in one.groups) == (begins is not None)
    for group, members in one.groups.items():
        assert members.keys() == other.groups[group].keys()
        for name, value in members.items():
            assert torch.equal(value, other.groups[group][name]), f"{group}/{name}"


def test_a_training_that_is_done_is_not_begun_again(tmp_path: Path) -> None:
    done = run(trainer(tmp_path, 0.5))
    again = run(trainer(tmp_path, 0.5))
    assert isinstance(again.plain, Level)
    assert not again.plain.calls
    assert again.best_weights == done.best_weights
    assert again.history == done.history


def test_compiling_outside_of_the_budget_changes_no_buffer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch, "compile", lambda model: model)
    parts = [
        Trainer(Level(), batches, [], BUDGET, tmp_path / str(compiled), {}, compiled, mixed=False)
        for compiled in (True, False)
    ]
    for part in parts:
        run(part)
    calls = [len(part.plain.calls) for part in parts]
    assert calls == [2 * STEPS + 2, 2 * STEPS]
    assert torch.equal(parts[0].plain.heard, parts[1].plain.heard)


def test_a_training_of_another_identity_is_not_resumed(tmp_path: Path) -> None:
    run(trainer(tmp_path))
    with pytest.raises(UsageError, match="was started with seed 0, not 1"):
        run(trainer(tmp_path, seed=1))


def test_a_fact_new_since_the_checkpoint_does_not_block_resuming(
    tmp_path: Path,
) -> None:
    run(trainer(tmp_path))
    newer = trainer(tmp_path)
    newer.identity["labels"] = ["any"]
    assert newer.resume()


def test_a_checkpoint_of_other_sizes_is_refused_in_one_line(tmp_path: Path) -> None:
    run(trainer(tmp_path))
    other = trainer(tmp_path)
    other.plain.level = nn.Parameter(torch.zeros(3))
    with pytest.raises(UsageError, match="network of other sizes") as refused:
        other.resume()
    assert "\n" not in str(refused.value)


def test_the_learning_rate_rises_and_falls() -> None:
    budget = Budget(steps=100, learning_rate=1.0, warm_up_steps=10)
    rates = [budget.rate(step, step / 100) for step in range(101)]
    assert rates[0] == pytest.approx(0.1)
    assert max(rates) == pytest.approx(1.0, abs=0.05)
    assert rates.index(max(rates)) == 9
    assert rates[-1] == pytest.approx(0.01)
    assert all(math.isfinite(rate) and rate > 0 for rate in rates)


def test_batches_that_are_made_ahead_teach_the_same(tmp_path: Path) -> None:
    straight, ahead = trainer(tmp_path / "straight", 0.5), trainer(tmp_path / "ahead", 0.5)
    ahead.batches = Batches(batches, ahead.device, ahead=True)
    assert torch.equal(run(straight).average["level"], run(ahead).average["level"])
    assert straight.history == ahead.history


class Chance(Level):
    """A network that hears the sound through noise."""

    def forward(self, sound: Tensor, against: Listener | None = None) -> Tensor | Step:
        return super().forward(sound + torch.randn_like(sound), against)


def test_a_steps_random_numbers_depend_on_seed_and_step(tmp_path: Path) -> None:
    levels = []
    for number, seed in enumerate((1, 1, 2)):
        part = Trainer(
            Chance(), batches, [], BUDGET, tmp_path / str(number), {}, compiled=False, mixed=False,
            seed=seed,
        )  # fmt: skip
        torch.rand(number)  # somebody else draws in between
        levels.append(run(part).average["level"])
    assert torch.equal(levels[0], levels[1])
    assert not torch.equal(levels[0], levels[2])
