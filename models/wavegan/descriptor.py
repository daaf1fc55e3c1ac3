"""Parameters and views of a WaveGAN model, without torch and weights."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from rtaudiogen.errors import RtAudioGenError
from rtaudiogen.generator import Parameter, Plays
from rtaudiogen.model_file import ModelHeader
from rtaudiogen.views import PadView, XYView

from ..family import Card, ModelFiles, Offer
from ..oneshot.pad_parameters import FARTHEST_PITCH, SHORTEST_DECAY
from ..oneshot.pads import LAYOUT, PADS, assign, is_hat
from .config import WaveGANConfig
from .shapes import shapes

WEIGHTS = Path(__file__).parent / "weights"
VOICES = 16
MOST_NUMBERS = 1 << 24  # whole numbers that a float32 can hold
LAST = 127  # anchor
NO_YES = ("no", "yes")
VIEWS = (
    PadView(pads=PADS, prefix="pad"), XYView("spread", "pitch"), XYView("pitch", "decay"),
    XYView("velocity_timbre", "velocity_curve"),
)  # fmt: skip


def offer(path: Path, config: WaveGANConfig, header: ModelHeader) -> Offer:
    """Return the parameters and views of a model; RtAudioGenError if its anchors are damaged."""
    anchors = header.training.get("anchors")
    if anchors is not None and not _are_anchors(anchors):
        raise RtAudioGenError(f"{path}: its anchors are not {PADS} whole numbers from 0 to {LAST}")
    return Offer(
        plays=frozenset({Plays.HITS}),
        channels=2,
        voices=VOICES,
        parameters=parameters(config.classes, anchors),
        views=VIEWS,
    )


def _are_anchors(values: object) -> bool:
    if not isinstance(values, list) or len(values) != PADS:
        return False
    return all(type(v) is int and 0 <= v <= LAST for v in values)


def parameters(
    classes: tuple[str, ...], anchors: Sequence[int] | None = None
) -> tuple[Parameter, ...]:
    """Return the parameters: the kit's, then each pad's, in the order of `settings`.

    `anchors` (PADS,) are the initial numbers, if they are known.
    """
    assigned, numbers = assign(classes), anchors or [0] * PADS
    pads = (_pad(pad, classes, assigned, numbers[pad]) for pad in range(PADS))
    return (*KIT, *(parameter for pad in pads for parameter in pad))


def _jump(
    id: str, name: str, minimum: float, maximum: float, default: float, help: str, unit: str = ""
) -> Parameter:
    return Parameter(id, name, minimum, maximum, default, unit, smoothing_ms=0.0, help=help)


def _step(
    id: str, name: str, last: int, default: int, help: str, labels: tuple[str, ...] = ()
) -> Parameter:
    return Parameter(
        id, name, 0.0, float(last), float(default), stepped=True, labels=labels, smoothing_ms=0.0,
        help=help,
    )  # fmt: skip


KIT = (
    _jump("level", "Level", -24.0, 12.0, 0.0, "level of the whole kit", "dB"),
    _jump("spread", "Spread", -1.0, 1.0, 0.0,
          "changes every pad's spread: -1 always the same hits, 0 as the pads are set, 1 any hit"),
    _jump("pitch", "Pitch", -FARTHEST_PITCH, FARTHEST_PITCH, 0.0, "added to every pad's pitch",
          "semitones"),
    _jump("decay", "Decay", SHORTEST_DECAY, 1.0, 1.0, "multiplies every pad's decay"),
    _jump("velocity_curve", "Velocity curve", 0.0, 1.0, 0.5,
          "how much velocity changes the level; 0: all hits are equally loud"),
    _jump("velocity_timbre", "Velocity timbre", 0.0, 1.0, 0.0,
          "how far soft hits differ in sound from hard ones, in 4 layers; 0: in level only"),
)  # fmt: skip


def _pad(
    pad: int, classes: tuple[str, ...], assigned: tuple[int, ...], anchor: int
) -> tuple[Parameter, ...]:
    mine = assigned[pad]
    semitones = LAYOUT[pad].semitones if assigned.count(mine) > 1 else 0.0
    others = ("none", *(f"pad {other + 1}" for other in range(PADS)))
    hat = bool(classes) and is_hat(classes[mine])
    placed = bool(classes) and LAYOUT[pad].finds(classes[mine])
    level = LAYOUT[pad].level_db if placed else 0.0
    all_parameters = (
        _step("anchor", "anchor", LAST, anchor,
              "the sound of the class that the hits vary"),
        _step("mutate", "mutate", 127, 0,
              "each step up moves the anchor a little, each step down undoes one"),
        _step("breed", "breed", PADS, 0, "the pad whose anchor and class are mixed in", others),
        _jump("blend", "blend", 0.0, 1.0, 0.5, "how far the anchor moves towards that pad's"),
        _jump("spread", "spread", 0.0, 1.0, 0.2,
              "how far hits lie from the anchor: 0 always the same hit, 1 anywhere"),
        _jump("drift", "drift", 0.0, 1.0, 0.0, "how far the anchor walks from hit to hit"),
        _step("lock", "lock", 1, 0, "keeps the hit that was played last", NO_YES),
        _step("kept", "kept hit", MOST_NUMBERS, 0,
              "the number of the hit that a locked pad plays, from 1, until it is unlocked;"
              " 0: the last one"),
        _step("round_robin", "round robin", 64, 0, "number of hits played in turn; 0: all are new"),
        _jump("pitch", "pitch", -FARTHEST_PITCH, FARTHEST_PITCH, semitones,
              "like tape: lower is longer", "semitones"),
        _jump("decay", "decay", SHORTEST_DECAY, 1.0, 1.0, "length of the hit, ended by a fade"),
        _jump("start", "start", 0.0, 200.0, 0.0, "how much of the attack is skipped", "ms"),
        _step("reverse", "reverse", 1, 0, "plays the hit backwards", NO_YES),
        _jump("level", "level", -48.0, 12.0, level, "level of the pad", "dB"),
        _jump("pan", "pan", -1.0, 1.0, LAYOUT[pad].pan if placed else 0.0, "-1 left, 1 right"),
        _step("choke", "choke group", 8, int(hat), "a hit ends others of its group; 0: no group"),
        *([_step("class", "class", len(classes) - 1, mine, "class of the sound", classes)]
          if len(classes) > 1 else []),
    )  # fmt: skip
    return tuple(_of_pad(pad, parameter) for parameter in all_parameters)


def _of_pad(pad: int, parameter: Parameter) -> Parameter:
    return replace(
        parameter, id=f"pad{pad + 1}.{parameter.id}", name=f"Pad {pad + 1} {parameter.name}"
    )


CARDS = {
    "wavegan-drums": Card(
        "Drum Lab", "#d9534f", "drum hits on sixteen pads, each one new and each one repeatable"
    )
}
FILES = ModelFiles("wavegan", WaveGANConfig, shapes, offer, WEIGHTS, CARDS)
builtin, describe, read_config = FILES.builtin, FILES.describe, FILES.read_config
