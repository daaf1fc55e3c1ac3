"""A sound file, or a riff of its own, in a loop: something to send through an effect."""

from rtaudiogen.generator import Descriptor, Family, Parameter, Plays
from rtaudiogen.views import XYView

PLAYER = Descriptor(
    id="player",
    family="player",
    name="Player",
    summary="a sound file in a loop; without one, a riff of plucked strings",
    plays=frozenset({Plays.STREAM}),
    sample_rate=0,
    channels=1,
    voices=1,
    parameters=(
        Parameter("level", "Level", -60.0, 12.0, 0.0, "dB"),
        Parameter(
            "speed", "Speed", -2.0, 2.0, 1.0, "×",
            help="of the tape: pitch goes with it; below 0: backwards",
        ),
    ),
    licence="MIT",
    colour="#6fa857",
    views=(XYView("speed", "level"),),
    takes_sound=True,
)  # fmt: skip

FAMILY = Family(
    name="player",
    summary="sound files in a loop, to hear effects without an instrument",
    builtin=lambda: [PLAYER],
    describe=lambda path: PLAYER,
    create="rtaudiogen.models.player.generator:Player",
)
