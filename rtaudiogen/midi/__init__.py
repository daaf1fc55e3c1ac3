"""MIDI: live input from ports, files, and a phrase to play when there is neither."""

from rtaudiogen.midi.files import TimedMessage, read_midi_file, to_events
from rtaudiogen.midi.input import MidiInput, MidiStatus
from rtaudiogen.midi.parser import ParserCounts
from rtaudiogen.midi.phrase import PHRASE_SECONDS, beginning, phrase
from rtaudiogen.midi.poller import Notice, NoticeKind, PortStatus
from rtaudiogen.midi.ports import MidiPorts, list_ports

__all__ = [
    "PHRASE_SECONDS",
    "MidiInput",
    "MidiPorts",
    "MidiStatus",
    "Notice",
    "NoticeKind",
    "ParserCounts",
    "PortStatus",
    "TimedMessage",
    "beginning",
    "list_ports",
    "phrase",
    "read_midi_file",
    "to_events",
]
