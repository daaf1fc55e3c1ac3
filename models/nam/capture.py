"""Captures of amplifiers: files read, checked, and made into programs. [control]"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rtaudiogen.errors import RtAudioGenError
from rtaudiogen.generator import SUFFIX
from rtaudiogen.saving import bounded_json

from .convnet import read_convnet
from .document import read_document
from .fields import Fields, Weights, weights_of
from .linear import read_linear
from .lstm import read_lstm
from .rtneural import read_proteus, read_rtneural
from .steps.program import Network, Packed, Program
from .wavenet_file import read_wavenet

OLDEST, NEWEST = (0, 5), (0, 7)  # versions of the format, without the last number
DEFAULT_RATE = 48000  # Hz, of files that do not say theirs
RATES = 8000, 384_000
MOST_SUBMODELS, DEEPEST = 16, 3  # models beside each other and within each other
CONTAINER = "SlimmableContainer"
READERS: dict[str, Callable[[Fields, Weights], Network]] = {
    "LSTM": read_lstm,
    "ConvNet": read_convnet,
    "Linear": read_linear,
}


@dataclass(frozen=True)
class Capture:
    """The content of a file: a network for each of its sizes, the largest last."""

    networks: Sequence[Network]
    sample_rate: int  # Hz
    architecture: str
    metadata: Mapping[str, Any]

    def program(self, size: int) -> Packed:
        """Return the program of a size. ValueError if it is too large to be played."""
        program = Program(self.sample_rate)
        output = self.networks[size].add(program, program.input)
        if output.channels != 1:
            raise ValueError(f"its output has {output.channels} channels, expected 1")
        return program.packed(output)


def read_capture(path: Path) -> Capture:
    """Return what a file holds. RtAudioGenError, in one line, for any other file."""
    try:
        size = path.stat().st_size
        if size > bounded_json.MOST_BYTES:
            raise ValueError(f"{size} bytes, expected at most {bounded_json.MOST_BYTES}")
        own = path.suffix.lower() == SUFFIX
        document = read_document(path) if own else bounded_json.loads(path.read_bytes())
        if not isinstance(document, dict):
            raise ValueError("its JSON is not an object")
        capture = _of_any_program(Fields(document))
        capture.program(-1)
    except OSError as error:
        raise RtAudioGenError(f"{path}: {error.strerror}") from error
    except ValueError as error:
        raise RtAudioGenError(f"{path}: not a capture that can be played ({error})") from error
    return capture


def _of_any_program(fields: Fields) -> Capture:
    """Return what a document holds; its entries tell which program wrote it."""
    if fields.has("state_dict"):
        network, rate = read_proteus(fields)
        return Capture([network], rate, "Proteus", {})
    if fields.has("layers") and fields.has("in_shape"):
        network, rate = read_rtneural(fields)
        return Capture([network], rate, "RTNeural", {})
    return _capture(fields, 0)


def _capture(fields: Fields, depth: int) -> Capture:
    """Return a model, which may stand within others."""
    if depth > DEEPEST:
        raise ValueError(f"models more than {DEEPEST} deep within each other")
    _check_version(fields)
    architecture, config = fields.text("architecture"), fields.inner("config")
    rate = round(fields.number("sample_rate", *RATES, DEFAULT_RATE))
    networks: Sequence[Network]
    if architecture == CONTAINER:
        models = _submodels(config, depth)
        rate = _common_rate(fields, rate, models)
        networks = [model.networks[-1] for model in models]
    elif architecture == "WaveNet":
        condition = None
        if config.has("condition_dsp"):
            model = _capture(config.inner("condition_dsp"), depth + 1)
            _common_rate(fields, rate, [model])
            condition = model.networks[-1]
        networks = read_wavenet(config, _weights(fields), condition).sizes()
    elif architecture in READERS:
        networks = [READERS[architecture](config, _weights(fields))]
    else:
        raise fields.wrong("architecture", f"one of WaveNet, {', '.join(READERS)}, {CONTAINER}")
    metadata = fields.inner("metadata").values if fields.has("metadata") else {}
    return Capture(networks, rate, architecture, metadata)


def _weights(fields: Fields) -> Weights:
    return Weights(weights_of(fields.values.get("weights")))


def _check_version(fields: Fields) -> None:
    version = fields.text("version")
    numbers = version.split(".")
    if len(numbers) != 3 or not all(n.isascii() and n.isdigit() and len(n) < 5 for n in numbers):
        raise fields.wrong("version", "three numbers such as 0.5.4")
    if not OLDEST <= (int(numbers[0]), int(numbers[1])) <= NEWEST:
        raise fields.wrong("version", f"0.{OLDEST[1]}.0 … 0.{NEWEST[1]}.x")


def _submodels(config: Fields, depth: int) -> list[Capture]:
    """Return the models of a container, the smallest first."""
    entries = config.objects("submodels")
    if len(entries) > MOST_SUBMODELS:
        raise config.wrong("submodels", f"at most {MOST_SUBMODELS}")
    bounds = [entry.number("max_value", 0.0, 1e6) for entry in entries]
    if sorted(set(bounds)) != bounds or bounds[-1] < 1.0:
        raise config.wrong("submodels", "rising values 'max_value', the last 1 or more")
    return [_capture(entry.inner("model"), depth + 1) for entry in entries]


def _common_rate(fields: Fields, rate: int, models: Sequence[Capture]) -> int:
    """Return the rate of a model and those within it, which has to be one."""
    rates = {model.sample_rate for model in models}
    if fields.has("sample_rate"):
        rates.add(rate)
    if len(rates) > 1:
        shown = ", ".join(map(str, sorted(rates)))
        raise ValueError(f"the models within it have different sample rates ({shown} Hz)")
    return rates.pop()
