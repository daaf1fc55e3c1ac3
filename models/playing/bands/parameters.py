"""Parameters of a texture in bands beside its timbres."""

from rtaudiogen.generator import Parameter

from ..codes.parameters import SWELL

DENSITY = Parameter(
    "density", "Density", 0.0, 4.0, 1.0, "×",
    help="how closely waves, gusts and crackles follow each other; 0 holds the moment",
)  # fmt: skip
BRIGHTNESS = Parameter(
    "brightness", "Brightness", -12.0, 12.0, 0.0, "dB", help="level of the treble"
)
SIDES = 2  # of the stereo field, drawn independently of each other
LIVING_PARAMETERS = (SWELL, DENSITY, BRIGHTNESS)
