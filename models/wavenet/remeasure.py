"""Measure a trained network's tables and levels again: `python -m
rtaudiogen.models.wavenet.remeasure`.

The network stays as it is. Longer recordings of the same instruments tell how a note goes on; a
texture in bands may be given the courses and tones of further recordings.
"""

import argparse
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from rtaudiogen.errors import RtAudioGenError
from rtaudiogen.model_file import read_header, read_tensors, write_model

from ..sounds.bands import tones
from ..sounds.harmonic.corpus import read_tables
from ..sounds.harmonic.tables import PREFIX
from ..sounds.notes.corpus import read_notes, read_textures
from ..sounds.notes.envelope_measuring import envelope_of
from .band_dataset import taken_apart
from .config import WaveNetConfig
from .descriptor import read_config

MEASURED = ("envelope.", PREFIX, "courses.", tones.PREFIX)


def remeasure(model: Path, folder: Path, hold_seconds: float) -> None:
    """Write levels and tables of a folder's sounds into a model file.

    RtAudioGenError in one line.
    """
    header = read_header(model)
    config = read_config(model, header)
    if not config.pitched and config.bands == 1:
        raise RtAudioGenError(f"{model}: a texture in one band has no levels to measure")
    network = {n: t for n, t in read_tensors(model).items() if not n.startswith(MEASURED)}
    write_model(model, header, {**network, **_measured(config, folder, hold_seconds)})


def _measured(config: WaveNetConfig, folder: Path, hold_seconds: float) -> dict[str, NDArray[Any]]:
    beside: dict[str, NDArray[Any]] = {}
    rate, names = config.sample_rate, config.instruments
    if not config.pitched:
        return taken_apart(config, read_textures(folder, rate, names, lambda line: None))[1]
    if config.harmonic:
        beside |= read_tables(folder, rate, names, hold_seconds, lambda line: None).to_tensors()
    if not config.draws_rest:
        corpus = read_notes(folder, rate, names, 1, 0, hold_seconds, lambda line: None)
        beside |= envelope_of(corpus, rate).to_tensors()
    return beside


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", type=Path, help="model file of a WaveNet; is rewritten")
    parser.add_argument("folder", type=Path, help="recordings of its instruments")
    parser.add_argument("--hold-seconds", type=float, default=0.0, help="when keys were let go")
    chosen = parser.parse_args()
    remeasure(chosen.model, chosen.folder, chosen.hold_seconds)


if __name__ == "__main__":
    main()
