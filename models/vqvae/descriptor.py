"""The parameters and views of a VQ-VAE model: no torch, no weights."""

from collections.abc import Mapping
from enum import IntEnum
from pathlib import Path
from typing import Any

from rtaudiogen.generator import Parameter, Plays
from rtaudiogen.model_file import ModelHeader
from rtaudiogen.views import KeyboardView, RibbonView, View, XYView

from ..family import Card, ModelFiles, Offer
from .config import CodesConfig, VQVAEConfig
from .shaped.config import ShapedConfig
from .shapes import needed_tensors

WEIGHTS = Path(__file__).parent / "weights"
KEY_PAN = 0.3  # of the keys, between left and right
VOICES = 4  # notes at a time, beside the stream


def offer(path: Path, config: CodesConfig, header: ModelHeader) -> Offer:
    """Return what a model offers a player."""
    return Offer(
        plays=frozenset({Plays.STREAM, Plays.NOTES, Plays.EFFECT}),
        voices=VOICES,
        parameters=parameters(config),
        takes_sound=True,
        key_pan=KEY_PAN,
        views=views(config),
    )


def parameters(config: CodesConfig) -> tuple[Parameter, ...]:
    """Return the parameters."""
    last = float(len(config.labels) - 1)
    timbre = Parameter(
        "timbre", "Timbre", 0.0, last, 0.0, labels=config.labels, smoothing_ms=60.0,
        help="the label whose sound decoder and prior make; fractions mix two neighbours",
    )  # fmt: skip
    stages = Parameter(
        "stages", "Stages", float(config.least_stages), float(config.stages), float(config.stages),
        stepped=True, smoothing_ms=0.0,
        help="number of stages that are decoded; fewer sound rougher",
    )  # fmt: skip
    return (
        source_parameter(config),
        *([timbre] if last else []),
        *([stages] if config.stages > config.least_stages else []),
        *(PITCHED if config.knows_pitch else ()),
        *((RANGE,) if config.knows_pitch and last else ()),
        *PLAYING,
    )


def views(config: CodesConfig) -> tuple[View, ...]:
    """Return the views, and pairs of parameters for two directions."""
    several = len(config.labels) > 1
    return (
        RibbonView("loop_start", "loop_end"),
        *([XYView("timbre", "temperature"), XYView("timbre", "rate")] if several else []),
        *([XYView("pitch", "rate")] if config.knows_pitch else []),
        XYView("morph", "temperature"), XYView("rate", "scatter"), XYView("jitter", "swap"),
        KeyboardView(),
    )  # fmt: skip


def source_parameter(config: CodesConfig) -> Parameter:
    """Return the parameter for the source of codes; without a prior its default is the file."""
    default = Source.PRIOR if config.prior_layers else Source.FILE
    return Parameter(
        "source", "Source", 0.0, float(len(Source) - 1), float(default), stepped=True,
        labels=tuple(source.name.lower() for source in Source), smoothing_ms=0.0,
        help="prior: new codes, if the model has a prior; file: the loaded sound, or the model's "
             "own; live: the input; keys: only the notes that are played",
    )  # fmt: skip


class Source(IntEnum):
    """Source of the stream's codes."""

    PRIOR = 0
    FILE = 1
    LIVE = 2
    KEYS = 3


class Sing(IntEnum):
    """Source of a note's pitch and words."""

    OFF = 0
    NOTES = 1
    STREAM = 2
    CHOIR = 3


PITCHED = (
    Parameter("pitch", "Pitch", -24.0, 24.0, 0.0, "semitones",
              help="transposes everything; formants stay; the pitch wheel adds to it"),
    Parameter("sing", "Sing", 0.0, float(len(Sing) - 1), 0.0, stepped=True, smoothing_ms=0.0,
              labels=tuple(sing.name.lower() for sing in Sing),
              help="off: keys start sounds at their own pitch; notes: at the key's pitch; stream: "
                   "keys sing the stream's words; choir: the same, and the stream is heard, too"),
)  # fmt: skip

RANGE = Parameter(
    "range", "Range", 0.0, 1.0, 0.0,
    help="how far the pitch of the stream moves into the range of Timbre's label, for voice "
         "conversion",
)  # fmt: skip

PLAYING = (
    Parameter("morph_to", "Morph to", 0.0, 2.0, 1.0, stepped=True, smoothing_ms=0.0,
              labels=("prior", "file", "live"), help="the code stream at the far end of Morph"),
    Parameter("morph", "Morph", 0.0, 1.0, 0.0, help="from Source (0) to Morph to (1)"),
    Parameter("temperature", "Temperature", 0.0, 1.5, 0.9,
              help="randomness of the prior; 0 always takes the likeliest code"),
    Parameter("top_k", "Top k", 0.0, 200.0, 0.0, "codes", stepped=True, smoothing_ms=0.0,
              help="number of likeliest codes from which the prior draws; 0: all"),
    Parameter("rate", "Rate", -4.0, 4.0, 1.0, "×", smoothing_ms=0.0,
              help="speed of the codes at constant pitch; below 0 file and notes play backwards; "
                   "without a Pitch parameter the pitch wheel adds to it"),
    Parameter("freeze", "Freeze", 0.0, 1.0, 0.0, stepped=True, smoothing_ms=0.0,
              labels=("off", "on"), help="holds the code frame that sounds"),
    Parameter("loop_start", "Loop start", 0.0, 1.0, 0.0, smoothing_ms=0.0,
              help="start of the played part of the file, as a share of its length"),
    Parameter("loop_end", "Loop end", 0.0, 1.0, 1.0, smoothing_ms=0.0,
              help="end of the played part; start and end are exchanged if in reverse order"),
    Parameter("scatter", "Scatter", 0.0, 1.0, 0.0, smoothing_ms=0.0,
              help="how often and how far the position in the file or the note jumps"),
    Parameter("jitter", "Jitter", 0.0, 1.0, 0.0, smoothing_ms=0.0,
              help="how often a code frame is replaced by its neighbour; the mod wheel adds to it"),
    Parameter("swap", "Swap", 0.0, 1.0, 0.0, smoothing_ms=0.0,
              help="how often a single code of the file or a note is replaced by another"),
    Parameter("dry_wet", "Dry/wet", 0.0, 1.0, 1.0,
              help="0: the input itself, delayed like the decoder; 1: the decoder"),
    Parameter("release", "Release", 5.0, 2000.0, 120.0, "ms", smoothing_ms=0.0,
              help="fade of a released note"),
    Parameter("level", "Level", -24.0, 12.0, 0.0, "dB", help="level of the whole output"),
)  # fmt: skip


class Kinds:
    """The configuration of the coder that a header names; the older ones name none."""

    @staticmethod
    def from_json(values: Mapping[str, Any], /) -> CodesConfig:
        """Implement `ModelConfig.from_json`."""
        return (
            ShapedConfig.from_json(values) if "coder" in values else VQVAEConfig.from_json(values)
        )


CARDS = {
    "vqvae-speech": Card(
        "Voices", "#c45ac4", "voices that talk by themselves, sing what you play, or change yours"
    ),
    "vqvae-music": Card(
        "Sound Codes",
        "#8b6be0",
        "any sound as codes: new ones, stretched, frozen, scattered",
    ),
}
FILES = ModelFiles[CodesConfig]("vqvae", Kinds(), needed_tensors, offer, WEIGHTS, CARDS)
builtin, describe, read_config = FILES.builtin, FILES.describe, FILES.read_config
