"""What a VQ-VAE model offers a player, read from its file's header: no torch, no weights."""

from collections.abc import Iterator
from enum import IntEnum
from pathlib import Path

from rtaudiogen.errors import RtAudioGenError
from rtaudiogen.generator import Descriptor, Parameter, Plays
from rtaudiogen.model_file import ModelHeader, check_tensors, read_header
from rtaudiogen.views import KeyboardView, RibbonView, View, XYView

from .config import VQVAEConfig
from .shapes import needed_tensors

WEIGHTS = Path(__file__).parent / "weights"
VOICES = 4  # notes at a time, beside the stream


def builtin() -> Iterator[Descriptor]:
    """The models that ship with the package."""
    return (describe(path) for path in sorted(WEIGHTS.glob("*.safetensors")))


def describe(path: Path) -> Descriptor:
    """The descriptor of a model file. RtAudioGenError, one line, if it is not a VQ-VAE."""
    header = read_header(path)
    config = read_config(path, header)
    check_tensors(path, needed_tensors(config))
    return Descriptor(
        id=header.name,
        family="vqvae",
        name=header.name,
        summary=header.summary,
        plays=frozenset({Plays.STREAM, Plays.NOTES, Plays.EFFECT}),
        sample_rate=config.sample_rate,
        channels=1,
        voices=VOICES,
        parameters=parameters(config),
        licence=header.licence,
        path=path,
        facts=header.training,
        takes_sound=True,
        views=views(config),
    )


def read_config(path: Path, header: ModelHeader) -> VQVAEConfig:
    """The network's configuration in a header."""
    if header.family != "vqvae":
        raise RtAudioGenError(f"{path}: a model of family '{header.family}', not 'vqvae'")
    try:
        return VQVAEConfig.from_json(header.config)
    except (TypeError, ValueError) as error:
        raise RtAudioGenError(f"{path}: the configuration is damaged ({error})") from error


def parameters(config: VQVAEConfig) -> tuple[Parameter, ...]:
    """What a performer can move."""
    last = float(len(config.labels) - 1)
    timbre = Parameter(
        "timbre", "Timbre", 0.0, last, 0.0, labels=config.labels, smoothing_ms=60.0,
        help="whose sound the decoder makes and the prior invents; between two lies their mixture",
    )  # fmt: skip
    stages = Parameter(
        "stages", "Stages", 1.0, float(config.stages), float(config.stages), stepped=True,
        smoothing_ms=0.0, help="how many of a frame's codes are heard: fewer are rougher",
    )  # fmt: skip
    return (
        source_parameter(config),
        *([timbre] if last else []),
        *([stages] if config.stages > 1 else []),
        *PLAYING,
    )


def views(config: VQVAEConfig) -> tuple[View, ...]:
    """What shows it, and pairs of parameters that suit two directions."""
    several = len(config.labels) > 1
    return (
        RibbonView("loop_start", "loop_end"),
        *([XYView("timbre", "temperature"), XYView("timbre", "rate")] if several else []),
        XYView("morph", "temperature"), XYView("rate", "scatter"), XYView("jitter", "swap"),
        KeyboardView(),
    )  # fmt: skip


def source_parameter(config: VQVAEConfig) -> Parameter:
    """Where codes come from; a model without a prior begins with its file."""
    default = Source.PRIOR if config.prior_layers else Source.FILE
    return Parameter(
        "source", "Source", 0.0, float(len(Source) - 1), float(default), stepped=True,
        labels=tuple(source.name.lower() for source in Source), smoothing_ms=0.0,
        help="prior: invented, where the model has one; file: the sound that was loaded, or the "
             "model's own; live: the input; keys: silent but for the notes played",
    )  # fmt: skip


class Source(IntEnum):
    """Where the codes of the stream come from."""

    PRIOR = 0
    FILE = 1
    LIVE = 2
    KEYS = 3


PLAYING = (
    Parameter("morph_to", "Morph to", 0.0, 2.0, 1.0, stepped=True, smoothing_ms=0.0,
              labels=("prior", "file", "live"), help="the code stream at the far end of Morph"),
    Parameter("morph", "Morph", 0.0, 1.0, 0.0, help="from Source (0) to Morph to (1)"),
    Parameter("temperature", "Temperature", 0.0, 1.5, 0.9,
              help="how freely the prior draws: 0 always takes the likeliest code"),
    Parameter("top_k", "Top k", 0.0, 200.0, 0.0, "codes", stepped=True, smoothing_ms=0.0,
              help="among how many of the likeliest codes the prior draws; 0: all"),
    Parameter("rate", "Rate", -4.0, 4.0, 1.0, "×", smoothing_ms=0.0,
              help="how fast codes go by, file and notes backwards below 0; the pitch stays; the "
                   "pitch wheel adds"),
    Parameter("freeze", "Freeze", 0.0, 1.0, 0.0, stepped=True, smoothing_ms=0.0,
              labels=("off", "on"), help="holds the code frame that sounds"),
    Parameter("loop_start", "Loop start", 0.0, 1.0, 0.0, smoothing_ms=0.0,
              help="of the window of the file that is played, as a share of it"),
    Parameter("loop_end", "Loop end", 0.0, 1.0, 1.0, smoothing_ms=0.0,
              help="of the same window; before its start the two change places"),
    Parameter("scatter", "Scatter", 0.0, 1.0, 0.0, smoothing_ms=0.0,
              help="how often, and how far, the place in the file or the note jumps"),
    Parameter("jitter", "Jitter", 0.0, 1.0, 0.0, smoothing_ms=0.0,
              help="how often a code frame is exchanged for its neighbour; the mod wheel adds"),
    Parameter("swap", "Swap", 0.0, 1.0, 0.0, smoothing_ms=0.0,
              help="how often a single code of the file or a note is exchanged for another's"),
    Parameter("dry_wet", "Dry/wet", 0.0, 1.0, 1.0,
              help="0: the input itself, as late as the decoder; 1: the decoder"),
    Parameter("release", "Release", 5.0, 2000.0, 120.0, "ms", smoothing_ms=0.0,
              help="fade of a note that is let go"),
    Parameter("level", "Level", -24.0, 12.0, 0.0, "dB", help="how loud all of it is"),
)  # fmt: skip
