"""Captures and the reference program's output for them: `python -m tests.models.nam.expected`."""

from pathlib import Path

import numpy as np
import soundfile

from rtaudiogen.models.nam.capture import read_capture
from rtaudiogen.models.nam.steps.player import Player

FOLDER = Path(__file__).parents[4] / "shared" / "data" / "nam"
CLOSE = 1e-5  # of full scale


def difference(path: Path) -> float:
    """Return the greatest difference of a capture's output from the expected one."""
    heard, _ = soundfile.read(path.with_name("input.wav"), dtype="float32")
    expected, _ = soundfile.read(path.with_suffix(".expected.wav"), dtype="float32")
    out = np.zeros_like(heard)
    Player(read_capture(path).program(-1)).play(heard, out)
    return float(np.abs(out - expected).max())


def main() -> None:
    """Print a table of all files."""
    print("| file | architecture | multiply-adds a frame | greatest difference |")
    print("| --- | --- | --- | --- |")
    for path in sorted(FOLDER.glob("*.nam")):
        capture = read_capture(path)
        macs = capture.program(-1).macs
        print(f"| {path.name} | {capture.architecture} | {macs} | {difference(path):.1e} |")


if __name__ == "__main__":
    main()
