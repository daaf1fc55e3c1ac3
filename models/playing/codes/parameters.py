"""Parameters and views of models that draw codes."""

from typing import NamedTuple

from rtaudiogen.generator import Parameter, Plays
from rtaudiogen.views import KeyboardView, View, XYView

from ...family import CodeModelConfig, Offer

NOTE_WIDTH, STREAM_WIDTH, KEY_PAN = 0.35, 0.8, 0.3  # see `Descriptor`; instruments, landscapes
BOOKMARKS = 8
RECALL, KEEP = "recall", "keep"


class Defaults(NamedTuple):
    """Default values that suit a network."""

    note_temperature: float
    texture_temperature: float
    purity: float | None  # None: no comb cleans what the network draws


def offer_codes(
    config: CodeModelConfig,
    voices: int,
    defaults: Defaults,
    own: tuple[Parameter, ...] = (),
    of_textures: tuple[Parameter, ...] = (),
    own_views: tuple[View, ...] = (),
) -> Offer:
    """Return the offer of a model played by notes with `voices` voices, or of a texture.

    `own` are parameters and `own_views` views of the network; `of_textures` textures alone have.
    """
    labels, pitched = config.instruments, config.pitched
    temperature = defaults.note_temperature if pitched else defaults.texture_temperature
    return Offer(
        plays=frozenset({Plays.NOTES if pitched else Plays.STREAM}),
        voices=voices if pitched else 1,
        width=NOTE_WIDTH if pitched else STREAM_WIDTH,
        key_pan=KEY_PAN,
        parameters=(
            *timbre_parameters(labels, temperature),
            *own,
            *(note_parameters(defaults.purity) if pitched else of_textures),
        ),
        views=(*own_views, *views(labels, pitched, defaults.purity is not None)),
    )


def timbre_parameters(labels: tuple[str, ...], temperature: float) -> tuple[Parameter, ...]:
    """Return the parameters of every model, with timbres called `labels`."""
    last = float(len(labels) - 1)
    return (
        Parameter(
            "temperature", "Temperature", 0.1, 1.3, temperature,
            help="randomness of the network: low is pure and tame, high is breathy and wild",
        ),
        Parameter(
            "timbre", "Timbre", 0.0, last, 0.0, labels=labels, smoothing_ms=60.0,
            help="the instrument; fractions mix two neighbours",
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


def views(labels: tuple[str, ...], pitched: bool, cleaned: bool) -> tuple[View, ...]:
    """Return the views: pairs of parameters for an XY pad, and the keyboard or nothing."""
    notes = (CLEANED, *NOTE_VIEWS) if cleaned else NOTE_VIEWS
    several = len(labels) > 1
    return (
        *([XYView("morph", "temperature"), XYView("timbre", "morph")] if several else []),
        *(notes if pitched else [XYView("temperature", "level")]),
    )


CLEANED = XYView("temperature", "purity")
NOTE_VIEWS = (
    XYView("vibrato_rate", "vibrato_depth"),
    XYView("attack", "release"), KeyboardView(),
)  # fmt: skip
EXPRESSION_PARAMETERS = (
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
SWELL = Parameter(
    "swell", "Swell", 0.0, 2.0, 1.0, "×",
    help="depth of waves and gusts: 0 is an even level, 1 as recorded",
)  # fmt: skip
WALK_PARAMETERS = (
    SWELL,
    Parameter(
        "swell_rate", "Swell rate", 0.0, 4.0, 1.0, "×",
        help="speed of waves and gusts; 0 holds the moment",
    ),
)  # fmt: skip
BOOKMARK_PARAMETERS = (
    Parameter(
        "bookmark", "Bookmark", 0.0, BOOKMARKS, 0.0, stepped=True, smoothing_ms=0.0,
        labels=("none", *(str(number) for number in range(1, BOOKMARKS + 1))),
        help="selecting a bookmark recalls the state stored in it; an empty one stores the present "
        "state",
    ),
    Parameter(
        "bookmark_mode", "Bookmark mode", 0.0, 1.0, 0.0, stepped=True, smoothing_ms=0.0,
        labels=(RECALL, KEEP), help="keep: selecting a bookmark stores the present state",
    ),
)  # fmt: skip


def note_parameters(purity: float | None) -> tuple[Parameter, ...]:
    """Return the further parameters of models played by notes, with a default purity."""
    if purity is None:
        return EXPRESSION_PARAMETERS
    comb = Parameter(
        "purity", "Purity", 0.0, 1.0, purity,
        help="damping of the noise between the partials; 0: the network's own output",
    )  # fmt: skip
    return (comb, *EXPRESSION_PARAMETERS)
