"""What a WaveNet model offers a player, read from its file's header: no torch, no weights."""

from collections.abc import Iterator
from pathlib import Path

from rtaudiogen.errors import RtAudioGenError
from rtaudiogen.generator import Descriptor, Parameter, Plays
from rtaudiogen.model_file import ModelHeader, check_tensors, read_header
from rtaudiogen.views import KeyboardView, View, XYView

from .config import WaveNetConfig
from .shapes import shapes

WEIGHTS = Path(__file__).parent / "weights"
VOICES = 4


def builtin() -> Iterator[Descriptor]:
    """The models that ship with the package."""
    return (describe(path) for path in sorted(WEIGHTS.glob("*.safetensors")))


def describe(path: Path) -> Descriptor:
    """The descriptor of a model file. RtAudioGenError, one line, if it is not a WaveNet."""
    header = read_header(path)
    config = read_config(path, header)
    check_tensors(path, shapes(config))
    pitched = config.pitched
    return Descriptor(
        id=header.name,
        family="wavenet",
        name=header.name,
        summary=header.summary,
        plays=frozenset({Plays.NOTES if pitched else Plays.STREAM}),
        sample_rate=config.sample_rate,
        channels=1,
        voices=VOICES if pitched else 1,
        parameters=_timbre_parameters(config) + (NOTE_PARAMETERS if pitched else ()),
        licence=header.licence,
        path=path,
        facts=header.training,
        views=_views(config),
    )


def read_config(path: Path, header: ModelHeader) -> WaveNetConfig:
    """The network's configuration in a header."""
    if header.family != "wavenet":
        raise RtAudioGenError(f"{path}: a model of family '{header.family}', not 'wavenet'")
    try:
        return WaveNetConfig.from_json(header.config)
    except (TypeError, ValueError) as error:
        raise RtAudioGenError(f"{path}: the configuration is damaged ({error})") from error


def _timbre_parameters(config: WaveNetConfig) -> tuple[Parameter, ...]:
    last, labels = float(len(config.instruments) - 1), config.instruments
    return (
        Parameter(
            "temperature", "Temperature", 0.1, 1.3, 0.6 if config.pitched else 1.0,
            help="how freely the network draws: low is pure and tame, high is breathy and wild",
        ),
        Parameter(
            "timbre", "Timbre", 0.0, last, 0.0, labels=labels, smoothing_ms=60.0,
            help="walks through the instruments; between two whole numbers lies their mixture",
        ),
        Parameter(
            "morph_to", "Morph to", 0.0, last, last, stepped=True, labels=labels, smoothing_ms=0.0,
            help="the instrument at the far end of Morph",
        ),
        Parameter(
            "morph", "Morph", 0.0, 1.0, 0.0, smoothing_ms=60.0,
            help="from Timbre (0) to Morph to (1), while a note sounds",
        ),
        Parameter("level", "Level", -24.0, 12.0, 0.0, "dB", help="how loud the network plays"),
    )  # fmt: skip


def _views(config: WaveNetConfig) -> tuple[View, ...]:
    """Pairs of parameters that suit two directions, and what plays it."""
    several = len(config.instruments) > 1
    return (
        *([XYView("morph", "temperature"), XYView("timbre", "morph")] if several else []),
        *(NOTE_VIEWS if config.pitched else [XYView("temperature", "level")]),
    )


NOTE_VIEWS = (
    XYView("temperature", "purity"), XYView("vibrato_rate", "vibrato_depth"),
    XYView("attack", "release"), KeyboardView(),
)  # fmt: skip
NOTE_PARAMETERS = (
    Parameter("purity", "Purity", 0.0, 1.0, 0.3,
              help="how much of what lies between the partials is damped: 0 is the bare network"),
    Parameter("tune", "Tune", -100.0, 100.0, 0.0, "cents"),
    Parameter("vibrato_depth", "Vibrato depth", 0.0, 100.0, 0.0, "cents",
              help="the mod wheel adds up to 50 cents"),
    Parameter("vibrato_rate", "Vibrato rate", 0.1, 12.0, 5.5, "Hz"),
    Parameter("glide", "Glide", 0.0, 2000.0, 0.0, "ms", smoothing_ms=0.0,
              help="time from the last note's pitch to this one's"),
    Parameter("attack", "Attack", 0.0, 4000.0, 0.0, "ms", smoothing_ms=0.0,
              help="fade-in on top of the instrument's own attack"),
    Parameter("release", "Release", 0.1, 10.0, 1.0, "×", smoothing_ms=0.0,
              help="length of the instrument's own release"),
    Parameter("velocity_depth", "Velocity depth", 0.0, 1.0, 1.0,
              help="0: every note as if played mezzo-forte; 1: as played"),
)  # fmt: skip
