"""A stereo reverb: what the smallest complete effect looks like."""

from rtaudiogen.generator import Descriptor, Family, Parameter, Plays
from rtaudiogen.views import XYView

SPACE = Descriptor(
    id="space",
    family="space",
    name="Space",
    summary="a room for whatever is sent there, from a closet to a cathedral, at any sample rate",
    plays=frozenset({Plays.EFFECT}),
    sample_rate=0,
    channels=2,
    voices=1,
    parameters=(
        Parameter(
            "size", "Size", 20.0, 200.0, 100.0, "%", smoothing_ms=200.0,
            help="of the room; the pitch glides while it changes",
        ),
        Parameter(
            "decay", "Decay", 0.2, 12.0, 2.0, "s", help="until the sound has died away by 60 dB"
        ),
        Parameter(
            "damping", "Damping", 0.0, 95.0, 60.0, "%",
            help="how much faster than that treble, at 8 kHz, dies away",
        ),
        Parameter("modulation", "Modulation", 0.0, 100.0, 20.0, "%", help="slow detuning"),
        Parameter("mix", "Mix", 0.0, 100.0, 30.0, "%", help="0: the sound itself, 100: the room"),
    ),
    licence="MIT",
    colour="#5f9fb8",
    views=(XYView("decay", "mix"), XYView("size", "damping")),
    hears=2,
)  # fmt: skip

FAMILY = Family(
    name="space",
    summary="a reverb, to send to and to learn from",
    builtin=lambda: [SPACE],
    describe=lambda path: SPACE,
    create="rtaudiogen.models.space.generator:Space",
)
