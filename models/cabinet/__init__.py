"""Impulse responses of loudspeaker cabinets, springs and rooms, as effects."""

from rtaudiogen.generator import Descriptor, Family, Parameter, Plays
from rtaudiogen.views import XYView

CABINET = Descriptor(
    id="cabinet",
    family="cabinet",
    name="Cabinet",
    summary="the loudspeaker after an amplifier; plays any impulse response that it is given",
    plays=frozenset({Plays.EFFECT}),
    sample_rate=0,
    channels=1,
    voices=1,
    parameters=(
        Parameter("level", "Level", -40.0, 20.0, 0.0, "dB"),
        Parameter("mix", "Mix", 0.0, 100.0, 100.0, "%", help="0: the sound itself"),
    ),
    licence="MIT",
    colour="#a3835f",
    views=(XYView("level", "mix"),),
    takes_sound=True,
)

FAMILY = Family(
    name="cabinet",
    summary="impulse responses: cabinets after amplifiers, springs, rooms",
    builtin=lambda: [CABINET],
    describe=lambda path: CABINET,
    create="rtaudiogen.models.cabinet.generator:Cabinet",
)
