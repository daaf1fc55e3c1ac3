"""`--device` chooses the processor for every command that has it."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from itertools import cycle
from pathlib import Path

import pytest
import soundfile

from rtaudiogen.benchmark import BenchRow
from rtaudiogen.engine import render_times
from rtaudiogen.generator import Family
from rtaudiogen.models import sine

from ..realtime import families, fragile
from ..realtime.fragile import Fate, a_gpu
from .conftest import Run

COMMANDS = ("models", "bench", "check sine", "play sine --output null", "render sine out.wav", "")


def measure(device: str) -> Iterator[BenchRow]:
    yield BenchRow("fragile, on a device", 2.0, "× real time", None, None, device)


FAMILY = Family(**{**vars(fragile.FAMILY), "device_benchmark": f"{__name__}:measure"})


@pytest.fixture
def fate(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Fate]:
    with a_gpu(monkeypatch) as known:
        few = {"fragile": FAMILY, "sine": sine.FAMILY}, ()
        for user in ("registry", "cli.bench"):
            monkeypatch.setattr(f"rtaudiogen.{user}.families", lambda: few)
        yield known


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize(
    ("device", "complaint"),
    [("tpu", "device 'tpu': expected cpu, cuda, mps, auto"), ("cuda", "available: cpu")],
)
def test_a_missing_device_is_refused_before_anything_begins(
    run_here: Run,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    command: str,
    device: str,
    complaint: str,
) -> None:
    missing = {"cpu": "", "cuda": "there is no driver", "mps": "there is none"}
    monkeypatch.setattr("rtaudiogen.processors.missing", missing.__getitem__)
    done = run_here(*command.split(), "--device", device)
    assert done.returncode == 2
    (line,) = done.stderr.splitlines()
    assert complaint in line
    assert done.stdout == ""
    assert list(folder.iterdir()) == []


def test_help_says_what_auto_does_and_that_a_gpu_may_lose(run_here: Run) -> None:
    for command in set(COMMANDS) - {"bench"}:  # which compares nothing
        said = " ".join(run_here(*command.split()[:1], "--help").stdout.replace("│", " ").split())
        assert "one voice at 128 frames the CPU is faster on many machines" in said, command


def test_the_command_line_loads_no_torch_for_the_cpu() -> None:
    code = (
        "import sys\n"
        "from rtaudiogen.cli import run\n"
        "run(['models', '--device', 'cpu']); print([m for m in sys.modules if 'torch' in m])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_a_device_is_named_behind_the_command(run_here: Run, fate: Fate) -> None:
    done = run_here("--device", "cuda", "models")
    assert done.returncode == 2
    assert "write it after 'models'" in done.stderr


def test_the_contract_is_checked_on_the_device(
    run_here: Run, fate: Fate, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name, value in families.installed("fragile", tmp_path / "fragile").items():
        monkeypatch.setenv(name, value)
    done = run_here("check", "fragile", "--device", "cuda")
    assert done.returncode == 0, done.stdout
    assert set(fate.prepared) == {"cuda"}
    assert len(fate.prepared) > 8


def test_check_refuses_a_device_that_the_family_does_not_know(run_here: Run, fate: Fate) -> None:
    done = run_here("check", "sine", "--device", "cuda")
    assert done.returncode == 2
    (line,) = done.stderr.splitlines()
    assert "device 'cuda': sine is computed on: cpu" in line


def test_rendering_says_in_one_line_what_the_cpu_computes(
    run_here: Run, fate: Fate, folder: Path
) -> None:
    done = run_here("render", "fragile", "sine", "out.wav", "--seconds", "0.1", "--device", "cuda")
    assert done.returncode == 0
    (line,) = done.stderr.splitlines()
    assert "the CPU computes sine" in line
    assert fate.prepared == ["cuda"]
    assert soundfile.info(folder / "out.wav").frames == 4800


def test_speeds_are_kept_by_device_and_shown_for_it(run_here: Run, fate: Fate) -> None:
    done = run_here("bench", "--device", "cuda")
    assert done.returncode == 0, done.stderr
    rows = [line.split(" | ")[0] for line in done.stdout.splitlines()[4:]]
    assert rows == ["| fragile, on a device", "| fragile", "| fragile-drums"]
    assert set(fate.prepared) == {"cuda"}

    def speeds(*options: str) -> dict[str, float | None]:
        listed = json.loads(run_here("models", "--json", *options).stdout)["models"]
        return {model["id"]: model["real_time_factor"] for model in listed}

    assert speeds("--device", "cuda")["fragile"] > 1
    assert speeds("--device", "cuda")["sine"] is None
    assert set(speeds().values()) == {None}
    table = run_here("models", "--device", "cuda").stdout.splitlines()
    (sine,) = [line for line in table if line.startswith("sine")]
    assert sine.split()[5] == "–"


def test_no_benchmark_of_a_device_that_is_yet_to_be_chosen(run_here: Run) -> None:
    done = run_here("bench", "--device", "auto")
    assert done.returncode == 2
    assert "name one processor: cpu, cuda, mps" in done.stderr


@pytest.mark.realtime  # a busy core makes the quick device slow, too
def test_models_show_what_was_chosen_for_them(
    run_here: Run, fate: Fate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(render_times, "SECONDS", 0.1)
    fate.pauses_ms = {"cpu": cycle([3.0])}

    def fragile() -> dict[str, object]:
        listed = json.loads(run_here("models", "--json", "--device", "auto").stdout)["models"]
        (found,) = [model for model in listed if model["id"] == "fragile"]
        return {name: found[name] for name in ("device", "render_times")}

    assert fragile() == {"device": None, "render_times": {}}
    done = run_here("render", "fragile", "out.wav", "--seconds", "0.1", "--device", "auto")
    assert "Measuring fragile (16 voices) on cpu and cuda, once." in done.stderr
    chosen = fragile()
    assert chosen["device"] == "cuda"
    assert chosen["render_times"]["cpu"]["p99_ms"] > 2.5
    table = run_here("models", "--device", "auto").stdout.splitlines()
    (line,) = [line for line in table if line.startswith("fragile ")]
    assert "  cuda  " in line
    assert re.search(r"cpu [\d.]+ ms, cuda [\d.]+ ms", line)


@pytest.mark.usefixtures("fate")
def test_a_check_with_auto_says_on_what(run_here: Run) -> None:
    done = run_here("check", "sine", "--device", "auto")
    assert done.returncode == 0
    assert (
        done.stderr
        == "rtaudiogen: sine (16 voices) is computed on 'cpu': no other processor here can.\n"
    )


def test_play_hands_the_device_to_the_engine(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Run in a process that sees a GPU, with a family that cannot use it."""
    (tmp_path / "sitecustomize.py").write_text(
        "from rtaudiogen import processors\nprocessors.missing = lambda name: ''\n"
    )
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    done = run("play", "sine", "--output", "null", "--seconds", "0.5", "--device", "cuda")
    assert done.returncode == 0, done.stderr
    assert "the CPU computes sine" in done.stdout + done.stderr
