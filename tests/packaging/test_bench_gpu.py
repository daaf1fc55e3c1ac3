"""The GPU benchmark, tested without a GPU: on the CPU, at small sizes."""

import importlib.util
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from time import monotonic
from types import ModuleType

import pytest

from rtaudiogen import processors
from rtaudiogen.benchmark import BenchRow
from rtaudiogen.engine.block_times import BlockTimes
from rtaudiogen.registry import families

pytestmark = pytest.mark.slow

SCRIPT = Path(__file__).parents[2] / "scripts" / "bench_gpu.py"
SOON = 0.01  # seconds

if not SCRIPT.is_file():
    pytest.skip("the script is in the checkout only", allow_module_level=True)


def loaded() -> ModuleType:
    spec = importlib.util.spec_from_file_location("bench_gpu", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their own module up
    spec.loader.exec_module(module)
    return module


bench = loaded()


def script(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(SCRIPT), *arguments], capture_output=True, text=True, timeout=300
    )


def lines_of(part: str, subject: str, seconds: float = 100.0) -> list[tuple[str, ...]]:
    job = bench.Job(part, subject, "cpu")
    return [line.cells() for line in bench.done(job, SOON, monotonic() + seconds)]


@pytest.mark.skipif(not processors.missing("cuda"), reason="there is a GPU here")
@pytest.mark.parametrize(("flags", "status"), [((), 1), (("--allow-missing",), 0)])
def test_without_a_gpu_one_line_says_that_it_was_not_run(
    flags: tuple[str, ...], status: int
) -> None:
    finished = script(*flags)
    assert finished.returncode == status
    assert finished.stdout.startswith("not run: no 'cuda' here (")
    assert finished.stdout.count("\n") == 1


@pytest.mark.parametrize("flags", [("--only", "all"), ("--device", "gpu")])
def test_a_part_or_device_that_there_is_not_is_refused(flags: tuple[str, str]) -> None:
    finished = script("--device", "cpu", *flags)
    assert finished.returncode == 2
    assert "expected" in finished.stderr


def test_results_are_one_table_and_the_same_as_json(tmp_path: Path) -> None:
    out = tmp_path / "results.json"
    finished = script(
        "--device", "cpu", "--only", "ceilings", "--measure", str(SOON), "--out", str(out)
    )
    assert finished.returncode == 0, finished.stderr
    title, _, heading, rule, *rows = finished.stdout.splitlines()
    assert "torch " in title
    assert "triton " in title
    assert heading == "| part | what | measured | floor | goal |  |"
    assert {line.count("|") for line in (heading, rule, *rows)} == {7}
    assert [row.split(" | ")[1] for row in rows] == [
        "memory bandwidth, cpu", "launch + synchronise, cpu",
    ]  # fmt: skip
    told = json.loads(out.read_text())
    assert told["machine"] == title
    assert all(line["row"]["value"] > 0 and not line["failed"] for line in told["lines"])


def test_a_job_that_fails_is_one_line_and_not_the_end() -> None:
    assert lines_of("blocks", "no-such-model") == [
        ("blocks", "no-such-model", "failed: UsageError: no model 'no-such-model'; there are: "
         + ", ".join(sorted(bench.listing().models)), "", "", ""),
    ]  # fmt: skip


def test_a_job_that_takes_too_long_is_ended_and_keeps_its_rows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = tmp_path / "slow.py"
    row = {"name": "x", "value": 1, "unit": "s", "floor": None, "goal": None, "detail": ""}
    slow.write_text(f"import time\nprint('''{json.dumps(row)}''', flush=True)\ntime.sleep(60)")
    monkeypatch.setattr(bench, "__file__", str(slow))
    first, last = lines_of("blocks", "sine", 2.0)
    assert first[1:3] == ("x", "1 s")
    assert last[2] == "failed: took longer than 2 s"


def test_a_job_without_time_left_is_reported_as_not_run() -> None:
    assert lines_of("check", "sine", 0.0)[0][2] == "failed: not run, the time was up"


def test_the_contract_is_checked_on_the_device() -> None:
    (cells,) = lines_of("check", "sine")
    assert cells[1] == "`rtaudiogen check sine --device cpu`"
    passed, _, total, *_ = cells[2].split()
    assert passed == total, cells


def test_a_models_blocks_are_timed_beside_the_cpu() -> None:
    auto, *lines = lines_of("blocks", "sine")
    assert auto[1] == "sine, 128 host frames, all voices, p99"
    assert auto[-1].endswith("; `auto` chooses cpu")
    assert [cells[1] for cells in lines] == [
        f"sine, {frames} frames, voices: 16: {what}"
        for frames in (128, 256, 512)
        for what in ("render call, p99", "note-on to first frame")
    ]
    assert all("cpu" in cells[-1] for cells in lines)


def test_a_familys_own_figures_are_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    def rows(device: str) -> Iterator[BenchRow]:
        yield BenchRow(f"strings on {device}", 2.0, "×", 1.0, None, "")

    class Strings:
        device_benchmark = "strings:rows"

    monkeypatch.setattr(bench, "family", lambda name: Strings)
    monkeypatch.setattr(bench, "load", {"strings:rows": rows}.__getitem__)
    (row,) = bench.of_family("strings", "cpu", SOON)
    line = bench.Line(bench.Job("family", "strings", "cpu"), row)
    assert line.cells() == ("family", "strings on cpu", "2 ×", "1 ×", "", "")


def test_there_is_a_job_for_everything_that_the_device_can_do() -> None:
    jobs = list(bench.jobs("cpu", bench.PARTS))
    assert {job.part for job in jobs} == set(bench.PARTS)
    models = {job.subject for job in jobs if job.part == "check"}
    assert models == set(bench.listing().models)
    trained = {name for name, family in families()[0].items() if family.train}
    assert {job.subject for job in jobs if job.part == "training"} == trained
    assert trained >= {"vqvae", "wavegan", "wavenet"}


def test_note_latency_is_a_block_plus_the_ring_it_needs() -> None:
    quick = BlockTimes(128, 0.5, 1.0, 1.5)
    assert quick.note_ms == pytest.approx(2 * 128 / 48)
    slow_chord = BlockTimes(128, 0.5, 1.0, 3.0)
    assert slow_chord.note_ms == pytest.approx(3 * 128 / 48)
