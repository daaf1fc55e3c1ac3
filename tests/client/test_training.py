"""A training as its own process, watched through its files: started, found, stopped, resumed."""

import json
import math
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st

from rtaudiogen import cli, registry, training_journal
from rtaudiogen.cli import train
from rtaudiogen.client import training
from rtaudiogen.client.journal_reader import TrainingHistory
from rtaudiogen.client.training import TrainableFamily, TrainingFacts, TrainingRun
from rtaudiogen.errors import RtAudioGenError, UsageError
from rtaudiogen.training_journal import NAME, Journal, JournalReader

from ..waiting import eventually

pytestmark = pytest.mark.slow

RATE = 16000
TINY: dict[str, Any] = {
    "residual": 16, "skip": 16, "output": 16, "largest_dilation": 8, "stacks": 1,
    "segment_frames": 1024, "compile": False, "texture": True, "report_steps": 4, "minutes": 10,
}  # fmt: skip


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("RTAUDIOGEN_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture(scope="module")
def families() -> dict[str, TrainableFamily]:
    return {family.name: family for family in training.families()}


@pytest.fixture
def begin(families: dict[str, TrainableFamily]) -> Iterator[Callable[..., TrainingRun]]:
    """Yield a function that starts a training of a wavenet; end those that still run."""
    runs: list[TrainingRun] = []

    def start(folder: Path, name: str = "mine", **values: Any) -> TrainingRun:
        run = TrainingRun.begin(families["wavenet"], folder, name, TINY | values)
        runs.append(run)
        return run

    yield start
    for run in runs:
        assert run._process is not None
        run._process.kill()
        run._process.wait()


def until(run: TrainingRun, condition: Callable[[TrainingFacts], Any]) -> TrainingFacts:
    """Read the facts until a condition is true."""

    def look() -> TrainingFacts | None:
        facts = run.look()
        so = condition(facts)
        assert so or not facts.ended, facts
        return facts if so else None

    return eventually(look, told=run.look)


def test_families_are_listed_with_options_kinds_and_defaults(families):
    assert {"effect", "vqvae", "wavegan", "wavenet"} <= set(families)
    assert "sine" not in families, "it cannot be trained"
    options = {option.name: option for option in families["wavenet"].options}
    minutes, compile, size = options["minutes"], options["compile"], options["sample_rate"]
    assert (minutes.kind, minutes.default) == ("float", 60.0)
    assert "How long" in minutes.help
    assert (compile.kind, compile.argument(False)) == ("bool", "--no-compile")
    assert (size.kind, size.argument(8000)) == ("int", "--sample-rate=8000")
    assert size.meaning.endswith("(from 4000 to 192000)")
    assert options["device"].choices == ("auto", "cpu", "cuda", "mps")
    assert not any(family.problem for family in families.values())


def test_another_window_finds_stops_and_resumes_a_training(begin, rain, home):
    run = begin(rain)
    facts = until(run, lambda facts: len(facts.clips) >= 3)
    assert facts.state == "training"
    assert (facts.family, facts.folder, facts.unit) == ("wavenet", str(rain), "bits per sample")
    assert facts.options["texture"] is True
    assert 0 < facts.progress < 1
    assert facts.seconds_left == pytest.approx(600 - facts.seconds, abs=1)
    assert all(0 < value < 12 for value in (*facts.loss.values, *facts.held_out.values))
    assert facts.clips[0].name > facts.clips[-1].name
    assert soundfile.info(facts.clips[1]).frames > 0
    assert any("rain" in sentence for sentence in facts.sentences)

    with pytest.raises(UsageError, match="being trained already"):
        begin(rain)
    found = training.running()
    assert found is not None
    assert found.model == run.model == home / "models" / "mine.safetensors"
    assert found.look().loss.values[: len(facts.loss.values)] == facts.loss.values
    found.stop()
    stopped = until(found, lambda facts: facts.ended)
    assert stopped.state == until(run, lambda facts: facts.ended).state == "stopped"
    assert stopped.step >= facts.step, "nothing that was learnt is lost"
    assert training.running() is None
    assert training.goes_on("mine")
    assert registry.find("mine").family == "wavenet", "the model plays"

    again = begin(rain, steps=stopped.step + 4)
    ended = again.look()
    assert ended.state == "preparing", "what the first one told is not its own"
    ended = until(again, lambda facts: facts.ended)
    assert (ended.state, ended.step) == ("finished", stopped.step + 4)
    assert ended.held_out.values[: len(stopped.held_out.values)] == stopped.held_out.values
    assert list(ended.loss.seconds) == sorted(ended.loss.seconds), "one curve, not two"


def test_a_training_that_cannot_start_gives_the_reason(begin, tmp_path, home):
    (tmp_path / "empty").mkdir()
    run = begin(tmp_path / "empty")
    facts = until(run, lambda facts: facts.ended)
    assert facts.state == "failed"
    assert "no sound files" in facts.problem
    assert "\n" not in facts.problem
    run.clear()
    assert list((home / "models").iterdir()) == []


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"residual": "much"}, "residual must be a whole number, not much"),
        ({"residual": "20"}, "residual must be a multiple of 16, at least 16, not 20"),
        ({"learning_rate": "1.5"}, "learning rate must be between 0 and 1, not 1.5"),
        ({"minutes": "inf"}, "minutes must be at least 0 and finite, not inf"),
        ({"device": "gpu"}, "device must be one of auto, cpu, cuda, mps, not gpu"),
    ],
)
def test_an_option_out_of_bounds_is_refused_before_the_start(begin, rain, home, values, reason):
    with pytest.raises(UsageError, match=reason):
        begin(rain, **values)
    assert not home.exists()


def test_an_option_that_cannot_be_meant_is_named(begin, rain):
    facts = until(begin(rain, lowest=90, highest=80), lambda facts: facts.ended)
    assert facts.state == "failed"
    assert "--lowest and --highest" in facts.problem


def test_impossible_options_are_refused_before_the_start(begin, families, rain, tmp_path, home):
    for folder, name, reason in (
        (None, "mine", "expected a folder of sounds"),
        (tmp_path / "nowhere", "mine", "nowhere: expected a folder of sounds"),
        (rain, "", "cannot be called ''"),
        (rain, "../mine", "cannot be called"),
        (rain, "sine", "the model 'sine' exists already"),
    ):
        with pytest.raises(UsageError, match=reason):
            begin(folder, name)
    lacking = TrainableFamily("wavenet", "", (), "training needs the package 'accelerate'")
    with pytest.raises(RtAudioGenError, match="needs the package"):
        TrainingRun.begin(lacking, rain, "mine", {})
    assert not home.exists()


def test_a_model_from_elsewhere_is_not_written_over(begin, rain, home):
    (home / "models").mkdir(parents=True)
    (home / "models" / "mine.safetensors").write_text("precious")
    with pytest.raises(UsageError, match="the model 'mine' exists already"):
        begin(rain)
    assert (home / "models" / "mine.safetensors").read_text() == "precious"


def test_a_fresh_training_keeps_the_earlier_one_elsewhere(families, rain, home, monkeypatch):
    model = home / "models" / "mine.safetensors"
    training.run_folder(model).mkdir(parents=True)
    model.write_text("precious")
    (training.run_folder(model) / training.CHECKPOINT).write_text("half")
    started = []
    monkeypatch.setattr(training, "_start", lambda *what: started.append(what))
    TrainingRun.begin(families["wavenet"], rain, "mine", {}, anew=True)
    assert len(started) == 1
    assert not model.exists()
    kept = home / "models" / "mine-before-1-training"
    assert (kept / model.name).read_text() == "precious"
    assert (kept / training.CHECKPOINT).read_text() == "half"


def test_a_training_runs_behind_everything_and_says_how_it_ended(begin, rain, monkeypatch):
    run = begin(rain)
    until(run, lambda facts: facts.state == "training")
    assert os.getpriority(os.PRIO_PROCESS, run._process.pid) == training.NICENESS
    environment = Path(f"/proc/{run._process.pid}/environ")
    if environment.exists():
        cores = max(1, (os.cpu_count() or 1) // 2)
        assert f"OMP_NUM_THREADS={cores}\0".encode() in environment.read_bytes()
    found = training.running()
    assert found is not None
    found.look()
    os.kill(run._process.pid, signal.SIGKILL)
    facts = until(run, lambda facts: facts.ended)
    assert facts.state == "failed"
    assert "signal 9" in facts.problem
    assert "without a message" in found.look().problem, "who did not start it cannot know more"

    class Full:
        free = 4096

    monkeypatch.setattr(training.shutil, "disk_usage", lambda path: Full)
    assert run.look().problem.endswith("is full")


def test_a_third_wish_to_stop_ends_it_by_force(begin, rain):
    run = begin(rain)
    for _ in range(3):
        run.stop()
    assert until(run, lambda facts: facts.ended).state == "stopped"


def test_missing_packages_are_the_reason_for_missing_options(monkeypatch, capsys):
    def missing(reference: str, purpose: str) -> Any:
        raise RtAudioGenError(f"{purpose} needs the package 'accelerate': pip install …")

    monkeypatch.setattr(train, "load_extra", missing)
    assert cli.run(["train", "--json"]) == 0
    for family in json.loads(capsys.readouterr().out)["families"]:
        assert family["options"] == []
        assert "needs the package 'accelerate'" in family["problem"]


# -- the journal -----------------------------------------------------------------------------------


def test_an_unfinished_line_is_read_once_it_is_complete(tmp_path):
    journal, reader = Journal(tmp_path), JournalReader(tmp_path)
    assert reader.news() == []
    journal.write("said", sentence="schön")
    whole = (tmp_path / NAME).read_bytes()
    for count in range(len(whole)):
        (tmp_path / NAME).write_bytes(whole[:count])
        assert reader.news() == []
    (tmp_path / NAME).write_bytes(whole)
    assert reader.news() == [{"event": "said", "sentence": "schön"}]
    assert reader.news() == []


def test_a_line_that_is_no_event_is_skipped(tmp_path):
    (tmp_path / NAME).write_text('{"event": "st\n[1]\n{"step": 3}\n\n{"event": "finished"}\n')
    assert JournalReader(tmp_path).news() == [{"event": "finished"}]
    story = TrainingHistory()
    for event in ({"event": "step", "seconds": 1}, {"event": "said"}, {"event": "finished"}):
        story.take(event)
    assert story.end == "finished"


def test_a_line_cut_off_by_a_full_disk_spoils_no_later_event(tmp_path):
    (tmp_path / NAME).write_text('{"event": "finished"}\n{"event": "st')
    Journal(tmp_path).write("begun", pid=3)
    events = JournalReader(tmp_path).news()
    assert events == [{"event": "finished"}, {"event": "begun", "pid": 3}]


@given(
    st.dictionaries(
        st.sampled_from(["event", "title", "progress", "seconds", "loss", "step", "pid", "family"]),
        st.sampled_from(
            ["stage", "step", "report", "begun", 1, -1, 10**400, math.nan, [], {}, None]
        ),
    )
)
def test_no_event_makes_facts_of_another_kind(event):
    story = TrainingHistory()
    story.take({"event": "stage", "title": "codec"})
    story.take(event)
    facts = TrainingFacts(Path("model"), "training", **story.facts())
    assert isinstance(facts.family, str)
    assert isinstance(facts.title, str)
    assert story.begun.get("pid", 0) >= 0
    assert facts.seconds_left is None or facts.seconds_left > -1e300
    assert all(map(math.isfinite, facts.loss.values))


def test_a_failed_journal_write_does_not_end_the_training(tmp_path):
    Journal(tmp_path / "nowhere").write("said", sentence="lost")
    assert list(tmp_path.iterdir()) == []


def test_each_part_has_one_curve_through_resumptions():
    def point(seconds: float, loss: float) -> dict[str, Any]:
        return {"event": "step", "progress": 0.5, "seconds": seconds, "loss": loss}

    story = TrainingHistory()
    codec, prior = ({"event": "stage", "title": t, "unit": "u"} for t in ("codec", "prior"))
    for event in (
        {"event": "begun"}, codec, point(1, 9), point(2, 8), point(3, 7),
        {"event": "begun"}, codec, point(2, 6),
        prior, point(1, 3),
    ):  # fmt: skip
        story.take(event)
    assert story.facts()["loss"].values == (3,)
    story.take(codec)
    assert story.facts()["loss"] == ((1, 2), (9, 6))


HOLDER = """
import sys, time
from pathlib import Path
from rtaudiogen.training_journal import claimed
with claimed(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


def test_a_live_process_claims_its_folder_alone(tmp_path, monkeypatch):
    run = tmp_path / "run"
    monkeypatch.setattr(training_journal, "CLAIM_SECONDS", 0.2)
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(run)], stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        assert training_journal.is_claimed(run)
        with (
            pytest.raises(RtAudioGenError, match="another process trains"),
            training_journal.claimed(run),
        ):
            pass
        holder.kill()
    assert not training_journal.is_claimed(run)
    with pytest.raises(KeyError), training_journal.claimed(run):
        raise KeyError
    assert not run.exists(), "it failed and left nothing else"
