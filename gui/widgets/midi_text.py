"""MIDI messages in words."""

from typing import NamedTuple

from .surfaces.keys import key_name

CONTROLLERS = {
    0: "bank", 1: "modulation", 2: "breath", 4: "foot", 5: "portamento time", 6: "data",
    7: "volume", 8: "balance", 10: "pan", 11: "expression", 12: "effect 1", 13: "effect 2",
    32: "bank, fine", 38: "data, fine", 64: "sustain", 65: "portamento", 66: "sostenuto",
    67: "soft pedal", 68: "legato", 69: "hold 2", 70: "variation", 71: "resonance",
    72: "release", 73: "attack", 74: "brightness", 75: "decay", 76: "vibrato rate",
    77: "vibrato depth", 78: "vibrato delay", 84: "portamento from", 91: "reverb",
    92: "tremolo", 93: "chorus", 94: "detune", 95: "phaser", 98: "NRPN, fine", 99: "NRPN",
    100: "RPN, fine", 101: "RPN", 120: "all sound off", 121: "reset controllers",
    122: "local control", 123: "all notes off",
}  # fmt: skip
NOTE_OFF, NOTE_ON, POLY_PRESSURE, CONTROL, PROGRAM, PRESSURE, BEND = range(0x80, 0xF0, 0x10)


class MidiText(NamedTuple):
    """The parts of a channel message in words."""

    channel: int  # 1 … 16
    what: str
    value: str


def controller_name(controller: int) -> str:
    """Return a controller as "CC 74 brightness"."""
    return f"CC {controller} {CONTROLLERS.get(controller, '')}".rstrip()


def midi_text(status: int, data1: int, data2: int) -> MidiText:
    """Return a channel message in words."""
    kind, channel = status & 0xF0, (status & 0x0F) + 1
    if kind == NOTE_ON and data2:
        return MidiText(channel, f"note on {key_name(data1)}", f"velocity {data2}")
    if kind in (NOTE_ON, NOTE_OFF):
        return MidiText(channel, f"note off {key_name(data1)}", "")
    if kind == POLY_PRESSURE:
        return MidiText(channel, f"pressure of {key_name(data1)}", f"{data2}")
    if kind == CONTROL:
        return MidiText(channel, controller_name(data1), f"{data2}")
    if kind == PROGRAM:
        return MidiText(channel, "program", f"{data1}")
    if kind == PRESSURE:
        return MidiText(channel, "pressure", f"{data1}")
    if kind == BEND:
        return MidiText(channel, "bend", f"{data1 + 128 * data2 - 8192:+d}".replace("-", "−"))
    return MidiText(channel, f"{status:02X} {data1:02X} {data2:02X}", "")
