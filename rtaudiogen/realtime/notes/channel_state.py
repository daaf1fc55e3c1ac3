"""State of one MIDI channel: wheels, pedals, levels, tuning and the selected parameter.

Everything is kept as the integers that came over the cable. Sources: MIDI 1.0 Detailed
Specification 4.2; RP-015 (Reset All Controllers); RP-018 (data increment and decrement); RP-036
(pan); General MIDI level 2 (volume and expression).
"""

import math
from dataclasses import asdict, dataclass, field
from typing import Any, Self

BEND_CENTRE = 8192  # of 14 bits, also of the fine tuning
MIDDLE = 64  # of 7 bits: pan, timbre, coarse tuning
NOTHING = (127, 127)  # no parameter is selected
BEND_RANGE, FINE_TUNING, COARSE_TUNING, MPE_ZONE = (0, 0), (0, 1), (0, 2), (0, 6)
MOST_CENTS = 12799  # of a bend range
MOST_PRESSES = 127  # presses of one key that are counted

MOD_WHEEL, VOLUME, PAN, EXPRESSION, TIMBRE = 1, 7, 10, 11, 74  # control changes
SUSTAIN, SOSTENUTO, SOFT = 64, 66, 67
FIELDS: dict[int, str] = {  # of the state, by the control change that sets them
    MOD_WHEEL: "modulation",
    VOLUME: "volume",
    PAN: "pan",
    EXPRESSION: "expression",
    TIMBRE: "timbre",
    SUSTAIN: "sustain",
    SOSTENUTO: "sostenuto",
    SOFT: "soft",
}


@dataclass(slots=True)
class ChannelState:
    """The last values that a channel received. [render]"""

    bend: int = BEND_CENTRE
    modulation: int = 0
    pressure: int = 0
    timbre: int = MIDDLE
    volume: int = 127
    expression: int = 127
    pan: int = MIDDLE
    sustain: bool = False
    sostenuto: bool = False
    soft: bool = False
    rpn: tuple[int, int] = NOTHING
    nrpn: tuple[int, int] = NOTHING
    registered: bool = True  # data entry is for `rpn`; False: for `nrpn`
    bend_range: int | None = None  # cents; None: the slot's
    fine: int = BEND_CENTRE
    coarse: int = MIDDLE
    pressed: dict[int, int] = field(default_factory=dict)  # key → note-ons without a note-off

    def semitones(self, slot_range: float) -> float:
        """Return the shift of notes by the wheel and by both tunings."""
        span = slot_range if self.bend_range is None else self.bend_range / 100
        tuning = (self.fine - BEND_CENTRE) / BEND_CENTRE + (self.coarse - MIDDLE)
        return (self.bend - BEND_CENTRE) / BEND_CENTRE * span + tuning

    def gain(self) -> float:
        """Return the amplitude factor of volume and expression: 40·log10(v/127) dB each."""
        return (self.volume / 127) ** 2 * (self.expression / 127) ** 2

    def reset(self) -> None:
        """Reset the controllers that RP-015 names; volume, pan and tuning stay."""
        self.bend, self.modulation, self.pressure = BEND_CENTRE, 0, 0
        self.expression = 127
        self.sustain = self.sostenuto = self.soft = False
        self.rpn = self.nrpn = NOTHING

    def press(self, key: int) -> None:
        """Count a note-on of a key."""
        self.pressed[key] = min(self.pressed.get(key, 0) + 1, MOST_PRESSES)

    def let_go(self, key: int) -> bool:
        """Count a note-off of a key; return True if it was the last one due."""
        left = self.pressed.get(key, 0) - 1
        if left > 0:
            self.pressed[key] = left
            return False
        self.pressed.pop(key, None)
        return True

    def save(self) -> dict[str, Any]:
        """Return the state as JSON values."""
        return {**asdict(self), "pressed": sorted(self.pressed.items())}

    @classmethod
    def load(cls, saved: dict[str, Any]) -> Self:
        """Return the state that `save` described."""
        pairs = {name: (saved[name][0], saved[name][1]) for name in ("rpn", "nrpn")}
        return cls(**{**saved, **pairs, "pressed": dict(saved["pressed"])})


def position(pan: int) -> float:
    """Return the place of a pan controller from -1, left (values 0 and 1), to 1, right. RP-036."""
    return (max(pan, 1) - MIDDLE) / (127 - MIDDLE)


def sides(pan: float) -> tuple[float, float]:
    """Return the left and right factors of a place: constant power, both 1 in the centre."""
    if pan == 0.0:
        return 1.0, 1.0
    angle = (pan + 1.0) * math.pi / 4.0
    left = math.cos(angle) if pan < 1.0 else 0.0  # cos(π/2) is not quite 0
    return math.sqrt(2.0) * left, math.sqrt(2.0) * math.sin(angle)
