"""Parameters and views of a WaveNet model, from its file's header: no torch, no weights."""

from dataclasses import replace
from pathlib import Path

from rtaudiogen.model_file import ModelHeader
from rtaudiogen.views import View, XYView

from ..family import Card, ModelFiles, Offer
from ..playing.bands.parameters import LIVING_PARAMETERS, SIDES
from ..playing.codes.parameters import BOOKMARK_PARAMETERS, Defaults, offer_codes
from ..playing.harmonic.parameters import DRAWN, SHAPED, WHOLE, harmonic_parameters
from .config import WaveNetConfig
from .shapes import shapes

WEIGHTS = Path(__file__).parent / "weights"
VOICES = 4
LIGHT_VOICES = 8  # of a network that draws what is left beside the partials, and may be small
# nearer to the recorded notes, in all instruments tried, than bolder draws (log-mel distance)
DEFAULTS = Defaults(note_temperature=0.3, texture_temperature=1.0, purity=0.7)
REST_DEFAULTS = Defaults(note_temperature=1.0, texture_temperature=1.0, purity=None)
LIVING_VIEWS: tuple[View, ...] = (XYView("swell", "density"), XYView("density", "brightness"))
REST_VIEWS: tuple[View, ...] = (XYView("temperature", "breath"),)


def ways(config: WaveNetConfig) -> tuple[int, ...]:
    """Return the ways in which a bank's model can make its notes; the first is the default."""
    if not config.harmonic:
        return ()
    return (DRAWN, SHAPED) if config.draws_rest else (SHAPED, WHOLE)


def offer(path: Path, config: WaveNetConfig, header: ModelHeader) -> Offer:
    """Return notes from a keyboard, or a texture."""
    if config.bands > 1:
        of_texture = LIVING_PARAMETERS + BOOKMARK_PARAMETERS
        drawn = offer_codes(config, VOICES, DEFAULTS, (), of_texture, LIVING_VIEWS)
        return replace(drawn, channels=SIDES, width=0.0)
    own = harmonic_parameters(ways(config)) if config.harmonic else ()
    if config.draws_rest:
        return offer_codes(config, LIGHT_VOICES, REST_DEFAULTS, own, own_views=REST_VIEWS)
    return offer_codes(config, VOICES, DEFAULTS, own)


CARDS = {
    "wavenet-keys-strings": Card(
        "Keys & Strings",
        "#d9902f",
        "piano, organ, guitar, harp, strings, choir, mallets and winds, and blends of two",
    ),
    "wavenet-textures": Card(
        "Textures", "#2f9e8f", "endless rain, sea, wind, fire, crowds and pads, in stereo"
    ),
}
FILES = ModelFiles("wavenet", WaveNetConfig, shapes, offer, WEIGHTS, CARDS)
builtin, describe, read_config = FILES.builtin, FILES.describe, FILES.read_config
