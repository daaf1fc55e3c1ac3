"""What a SampleRNN model offers a player, read from its file's header: no torch, no weights."""

from collections.abc import Iterator
from pathlib import Path

from rtaudiogen.errors import RtAudioGenError
from rtaudiogen.generator import Descriptor, Parameter, Plays
from rtaudiogen.model_file import ModelHeader, read_header
from rtaudiogen.views import View, XYView

from ..playing.codes.parameters import NOTE_PARAMETERS, timbre_parameters, views
from .config import SampleRNNConfig

WEIGHTS = Path(__file__).parent / "weights"
VOICES = 2
BOOKMARKS = 8
RECALL, KEEP = "recall", "keep"


def builtin() -> Iterator[Descriptor]:
    """Yield the models that ship with the package."""
    return (describe(path) for path in sorted(WEIGHTS.glob("*.safetensors")))


def describe(path: Path) -> Descriptor:
    """Return the descriptor of a model file. RtAudioGenError, one line, if it is no SampleRNN."""
    header = read_header(path)
    config = read_config(path, header)
    pitched = config.pitched
    own = CLOCKS + (NOTE_PARAMETERS if pitched else STREAM_PARAMETERS)
    return Descriptor(
        id=header.name,
        family="samplernn",
        name=header.name,
        summary=header.summary,
        plays=frozenset({Plays.NOTES if pitched else Plays.STREAM}),
        sample_rate=config.sample_rate,
        channels=1,
        voices=VOICES if pitched else 1,
        parameters=timbre_parameters(config.instruments, 0.6 if pitched else 0.95) + own,
        licence=header.licence,
        path=path,
        facts=header.training,
        views=(*STREAM_VIEWS, *views(config.instruments, pitched)),
    )


def read_config(path: Path, header: ModelHeader) -> SampleRNNConfig:
    """Return the network's configuration in a header."""
    if header.family != "samplernn":
        raise RtAudioGenError(f"{path}: a model of family '{header.family}', not 'samplernn'")
    try:
        return SampleRNNConfig.from_json(header.config)
    except (KeyError, TypeError, ValueError) as error:
        raise RtAudioGenError(f"{path}: the configuration is damaged ({error})") from error


CLOCKS = (
    Parameter(
        "slow_clock", "Slow clock", 0.0, 1.0, 1.0, "×",
        help="speed of the tier that steps every 16 samples: low stretches what it is about, "
        "0 holds it while its grain goes on",
    ),
    Parameter(
        "middle_clock", "Middle clock", 0.0, 1.0, 1.0, "×",
        help="speed of the tier that steps every 4 samples; 0 freezes the grain, too",
    ),
)  # fmt: skip
STREAM_PARAMETERS = (
    Parameter(
        "swell", "Swell", 0.0, 2.0, 1.0, "×",
        help="depth of waves and gusts: 0 is an even level, 1 as recorded",
    ),
    Parameter(
        "swell_rate", "Swell rate", 0.0, 4.0, 1.0, "×",
        help="speed of waves and gusts; 0 holds the moment",
    ),
    Parameter(
        "bookmark", "Bookmark", 0.0, BOOKMARKS, 0.0, stepped=True, smoothing_ms=0.0,
        labels=("none", *(str(number) for number in range(1, BOOKMARKS + 1))),
        help="to turn to a bookmark jumps to the state that is kept there; one that holds nothing "
        "yet keeps the present state",
    ),
    Parameter(
        "bookmark_mode", "Bookmark mode", 0.0, 1.0, 0.0, stepped=True, smoothing_ms=0.0,
        labels=(RECALL, KEEP), help="keep: to turn to a bookmark keeps the present state there",
    ),
)  # fmt: skip
STREAM_VIEWS: tuple[View, ...] = (XYView("slow_clock", "middle_clock"),)
