"""MIDI: live input from ports, files, and a built-in phrase."""

from rtaudiogen.midi.files import read_midi_file
from rtaudiogen.midi.input import MidiInput, MidiStatus
from rtaudiogen.midi.parser import ParserCounts
from rtaudiogen.midi.phrase import PHRASE_SECONDS, beginning, phrase
from rtaudiogen.midi.poller import Notice, NoticeKind, PortStatus
from rtaudiogen.midi.ports import MidiPorts, list_ports
from rtaudiogen.midi.score import read_score
from rtaudiogen.midi.timed import TimedMessage, has_notes, sounding_seconds, to_events

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
    "has_notes",
    "list_ports",
    "phrase",
    "read_midi_file",
    "read_score",
    "sounding_seconds",
    "to_events",
]
