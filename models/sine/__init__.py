"""The teaching family: what the smallest complete generator looks like."""

from pathlib import Path

from rtaudiogen.generator import Descriptor, Family, Parameter, Plays
from rtaudiogen.views import KeyboardView, XYView

SINE = Descriptor(
    id="sine",
    family="sine",
    name="Sine",
    summary="one sine per voice, at any sample rate",
    plays=frozenset({Plays.NOTES}),
    sample_rate=0,
    channels=1,
    voices=16,
    parameters=(
        Parameter("level", "Level", -60.0, 0.0, -12.0, "dB", help="of one voice at full velocity"),
        Parameter("attack", "Attack", 1.0, 2000.0, 5.0, "ms", help="from silence to full level"),
        Parameter("release", "Release", 4.0, 5000.0, 80.0, "ms", help="from full level to silence"),
        Parameter("vibrato", "Vibrato", 0.0, 100.0, 30.0, "cents", help="depth at full mod wheel"),
    ),
    licence="MIT",
    colour="#8c98a6",
    views=(XYView("attack", "release"), XYView("vibrato", "level"), KeyboardView()),
)

FAMILY = Family(
    name="sine",
    summary="sines, to learn from and to measure with",
    builtin=lambda: [SINE],
    describe=lambda path: SINE,
    create="rtaudiogen.models.sine.generator:Sine",
    presets=Path(__file__).with_name("presets"),
)
