"""The descriptor of a capture's file. [any]"""

from collections.abc import Iterator
from pathlib import Path

from rtaudiogen.generator import SUFFIX, Descriptor, Parameter, Plays
from rtaudiogen.model_file import gains_of, read_header
from rtaudiogen.views import XYView

from .capture import Capture, read_capture
from .levels import levels

SUFFIXES = (SUFFIX, ".nam", ".aidax")
RANGE_DB = 40.0
DBU = 12.0  # of an interface whose input peaks at that level: a usual value
FACTS = ("name", "modeled_by", "gear_type", "gear_make", "gear_model", "tone_type")
LONGEST = 80  # characters of a fact


WEIGHTS = Path(__file__).parent / "weights"


def builtin() -> Iterator[Descriptor]:
    """Yield the models that ship with the package."""
    return (describe(path) for path in sorted(WEIGHTS.glob(f"*{SUFFIX}")))


def describe(path: Path) -> Descriptor:
    """Return the model in a file. RtAudioGenError, in one line, if it is none."""
    capture = read_capture(path)
    header = read_header(path) if path.suffix.lower() == SUFFIX else None
    facts = _facts(capture)
    return Descriptor(
        id=path.stem,
        family="nam",
        name=facts.get("name", path.stem),
        summary=header.summary if header else _summary(capture, facts),
        licence=header.licence if header else "",
        plays=frozenset({Plays.EFFECT}),
        sample_rate=capture.sample_rate,
        channels=1,
        voices=1,
        parameters=parameters(capture),
        path=path,
        facts={**header.training, **facts} if header else facts,
        gains_db=gains_of(path, header, ()) if header else (),
        views=(XYView("input", "output"),),
    )


def parameters(capture: Capture) -> tuple[Parameter, ...]:
    """Return the parameters; those of levels that the file does not give are left out."""
    given = levels(capture.metadata)
    found = [
        Parameter("input", "Input", -RANGE_DB, RANGE_DB, 0.0, "dB", help="gain before the amp"),
        Parameter("output", "Output", -RANGE_DB, RANGE_DB, 0.0, "dB", help="gain after the amp"),
    ]
    if given.loudness is not None:
        found.append(_switch("normalise", "Normalise", "all captures equally loud"))
    if given.input_dbu is not None:
        found.append(_switch("calibrate", "Calibrate", "the input as loud as it was captured"))
        found.append(
            Parameter(
                "interface", "Interface", -20.0, 40.0, DBU, "dBu",
                help="level of a sine that drives your interface to full scale",
            )
        )  # fmt: skip
    sizes = len(capture.networks)
    if sizes > 1:
        labels = tuple(f"{size} of {sizes}" for size in range(1, sizes + 1))
        found.append(
            Parameter(
                "size", "Size", 1.0, sizes, sizes, stepped=True, labels=labels, smoothing_ms=0.0,
                help="of the network: a small one takes less of the CPU",
            )
        )  # fmt: skip
    return tuple(found)


def _switch(id: str, name: str, help: str) -> Parameter:
    return Parameter(
        id, name, 0.0, 1.0, 0.0, stepped=True, labels=("off", "on"), smoothing_ms=0.0, help=help
    )


def _facts(capture: Capture) -> dict[str, str]:
    """Return the texts of the metadata that are worth showing."""
    texts = {name: capture.metadata.get(name) for name in FACTS}
    facts = {name: " ".join(text.split())[:LONGEST] for name, text in texts.items()
             if isinstance(text, str) and text.isprintable() and text.strip()}  # fmt: skip
    return {**facts, "architecture": capture.architecture}


def _summary(capture: Capture, facts: dict[str, str]) -> str:
    """Return the gear, its tone and its kind in a line."""
    gear = " ".join(facts[name] for name in ("gear_make", "gear_model") if name in facts)
    told = [gear, facts.get("gear_type", ""), facts.get("tone_type", "")]
    words = ", ".join(word.replace("_", " ") for word in told if word)
    return f"{words} ({capture.architecture})" if words else f"a capture ({capture.architecture})"
