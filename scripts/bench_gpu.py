"""Build, check and time everything on a GPU; print one Markdown table.

Needs Linux with an NVIDIA driver, a torch built with CUDA, triton, and the packages of the extra
`train`. The families are found by their entry points, so the checkout has to be installed: `pip
install --no-deps --no-build-isolation -e .`. No sound card, no window and no MIDI.

Every job is a process of its own with a time limit, so a job that fails is only a row of the table,
and a GPU that it left unusable does not affect the next job.

    python scripts/bench_gpu.py --out results.json
"""

import json
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from time import monotonic
from typing import Annotated, Any

import typer

from rtaudiogen.benchmark import BenchRow, machine
from rtaudiogen.generator import Descriptor
from rtaudiogen.processors import CPU, CUDA, NAMES, missing
from rtaudiogen.registry import families, family, find, listing, load, one_line

MEASURE_SECONDS = 1.5  # of one figure
LIMIT_SECONDS = {"ceilings": 60, "check": 150, "family": 120, "blocks": 90, "training": 240}
HEADING = ("part", "what", "measured", "floor", "goal", "")
Rows = Iterator[BenchRow]


@dataclass(frozen=True)
class Job:
    """One process: a part of the benchmark on a model or family, on a device."""

    part: str
    subject: str
    device: str


@dataclass(frozen=True)
class Line:
    """Line of the table: a job's measurement, or one line on why it failed."""

    job: Job
    row: BenchRow | None
    failed: str = ""

    def cells(self) -> tuple[str, ...]:
        """Return the cells in the order of HEADING."""
        row = self.row
        if row is None:
            return self.job.part, self.job.subject, f"failed: {self.failed}", "", "", ""
        bounds = ("" if b is None else f"{_figure(b)} {row.unit}" for b in (row.floor, row.goal))
        measured = f"{_figure(row.value)} {row.unit}"
        return self.job.part, row.name, measured, *bounds, row.detail


def ceilings(subject: str, device: str, seconds: float) -> Rows:
    """Measure the card's limits, to which shares of its speed refer."""
    return load("rtaudiogen.models.measuring.device_ceilings:ceiling_rows")(device, seconds)


def check(subject: str, device: str, seconds: float) -> Rows:
    """Check the contract with `rtaudiogen check`."""
    command = [sys.executable, "-m", "rtaudiogen", "check", subject, "--device", device, "--json"]
    limit = LIMIT_SECONDS["check"] - 10  # before its parent is ended, and leaves it behind
    done = subprocess.run(command, capture_output=True, text=True, timeout=limit)
    try:
        findings = json.loads(done.stdout)["findings"]
    except ValueError:
        raise RuntimeError(done.stderr.strip() or f"exit status {done.returncode}") from None
    broken = [f"{f['name']}: {f['detail']}" for f in findings if not f["passed"]]
    unit = f"of {len(findings)} checks passed"
    name = f"`rtaudiogen check {subject} --device {device}`"
    yield BenchRow(name, len(findings) - len(broken), unit, None, None, "; ".join(broken))


def of_family(subject: str, device: str, seconds: float) -> Rows:
    """Run the family's own benchmark of its generators."""
    reference = family(subject).device_benchmark
    return load(reference)(device) if reference else iter(())


def blocks(subject: str, device: str, seconds: float) -> Rows:
    """Measure block times of a model, compared with the CPU's."""
    return load("rtaudiogen.engine.block_times:block_rows")(find(subject), device, seconds)


def training(subject: str, device: str, seconds: float) -> Rows:
    """Measure the sound trained on in a second."""
    return load("rtaudiogen.models.training.speed:speed_rows")(subject, device, 2 * seconds)


PARTS: dict[str, Callable[[str, str, float], Rows]] = {
    "ceilings": ceilings,
    "check": check,
    "family": of_family,
    "blocks": blocks,
    "training": training,
}


def jobs(device: str, parts: Iterable[str]) -> Iterator[Job]:
    """Yield all jobs, the most important first."""
    known = [family for family in families()[0].values() if device in family.devices]
    names = {family.name for family in known}
    models: list[Descriptor] = [m for m in listing().models.values() if m.family in names]
    trained = [family.name for family in families()[0].values() if family.train]
    subjects: dict[str, list[tuple[str, str]]] = {
        "ceilings": [("torch", device)],
        "check": [(model.id, device) for model in models],
        "family": [(family.name, device) for family in known if family.device_benchmark],
        "blocks": [(model.id, device) for model in models],
        "training": [(name, place) for place in dict.fromkeys((device, CPU)) for name in trained],
    }
    for part in parts:
        yield from (Job(part, subject, place) for subject, place in subjects[part])


def done(job: Job, seconds: float, deadline: float) -> list[Line]:
    """Return the lines of a job, run in a process of its own; partial ones if it ended early."""
    limit = min(LIMIT_SECONDS[job.part], deadline - monotonic())
    if limit <= 0:
        return [Line(job, None, "not run, the time was up")]
    command = [sys.executable, __file__, "--job", json.dumps(asdict(job))]
    command += ["--measure", str(seconds)]
    failed = ""
    try:
        process = subprocess.run(command, capture_output=True, timeout=limit)
        out = process.stdout
        if process.returncode:
            said = process.stderr.decode(errors="replace").strip().splitlines()
            failed = said[-1] if said else f"exit status {process.returncode}"
    except subprocess.TimeoutExpired as expired:
        out, failed = expired.stdout or b"", f"took longer than {limit:.0f} s"
    rows = [json.loads(line) for line in out.decode().splitlines() if line.startswith("{")]
    lines = [Line(job, BenchRow(**row)) for row in rows]
    return lines + ([Line(job, None, failed)] if failed else [])


def all_done(todo: Sequence[Job], seconds: float, deadline: float) -> Iterator[Line]:
    """Yield the lines of all jobs: checks run together, since they measure no time, others
    alone.
    """
    for part in dict.fromkeys(job.part for job in todo):
        of_part = [job for job in todo if job.part == part]
        with ThreadPoolExecutor(len(of_part) if part == "check" else 1) as pool:
            for lines in pool.map(lambda job: done(job, seconds, deadline), of_part):
                yield from lines


def run_job(job: Job, seconds: float) -> None:
    """Print each row as JSON at once; exit status 1 if a row fails."""
    try:
        for row in PARTS[job.part](job.subject, job.device, seconds):
            print(json.dumps(asdict(row)), flush=True)
    except Exception as error:  # any error is a line of the table
        print(f"{type(error).__name__}: {one_line(error)}", file=sys.stderr)
        raise typer.Exit(1) from None


def described(device: str) -> str:
    """Return machine, card, driver and versions, in one line."""
    named = [machine()]
    if device == CUDA:
        command = ["nvidia-smi", "--query-gpu=name,driver_version,memory.total"]
        try:
            found = subprocess.run(
                [*command, "--format=csv,noheader"], capture_output=True, text=True, timeout=30
            )
            named.append("driver: " + "; ".join(found.stdout.split("\n")).strip("; "))
        except (OSError, subprocess.TimeoutExpired):
            named.append("no nvidia-smi")
    return ", ".join([*named, *(f"{name} {_version(name)}" for name in ("torch", "triton"))])


def main(
    device: Annotated[str, typer.Option(help="Another device, to try it without a GPU.")] = CUDA,
    only: Annotated[list[str] | None, typer.Option(help=f"Parts of {', '.join(PARTS)}.")] = None,
    seconds: Annotated[
        float, typer.Option(help="Time for everything; later jobs are skipped.")
    ] = 480.0,
    measure: Annotated[float, typer.Option(help="Seconds for each figure.")] = MEASURE_SECONDS,
    out: Annotated[Path | None, typer.Option(help="Write the results as JSON, too.")] = None,
    allow_missing: Annotated[bool, typer.Option(help="Without a GPU, exit with 0.")] = False,
    job: Annotated[str, typer.Option(hidden=True)] = "",
) -> None:
    """Build, check and time everything on a GPU; print one Markdown table."""
    if job:
        return run_job(Job(**json.loads(job)), measure)
    if device not in NAMES:
        raise typer.BadParameter(f"--device {device}: expected one of {', '.join(NAMES)}")
    if reason := missing(device):
        print(f"not run: no '{device}' here ({reason})")
        raise typer.Exit(0 if allow_missing else 1)
    if unknown := set(only or ()) - set(PARTS):
        raise typer.BadParameter(f"{', '.join(unknown)}: expected {', '.join(PARTS)}")
    title = described(device)
    print(f"{title}\n\n{_markdown(HEADING)}\n{_markdown('---' for _ in HEADING)}")
    lines: list[Line] = []
    for line in all_done(list(jobs(device, only or PARTS)), measure, monotonic() + seconds):
        lines.append(line)
        print(_markdown(line.cells()), flush=True)
        if out is not None:
            facts: list[dict[str, Any]] = [asdict(line) for line in lines]
            out.write_text(json.dumps({"machine": title, "lines": facts}, indent=1))
    return None


def _markdown(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |"


def _figure(value: float) -> str:
    """Return a figure with three significant digits."""
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.3g}"


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "missing"


if __name__ == "__main__":
    typer.run(main)
