"""MIDI drivers and ports of this machine, and the selection of ports."""

import os
import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import rtmidi

from rtaudiogen.errors import RtAudioGenError, UsageError

QUEUE_LIMIT = 4096  # messages that the driver keeps until they are fetched
VIRTUAL = "virtual:"
DRIVERS = {
    "alsa": rtmidi.API_LINUX_ALSA,
    "jack": rtmidi.API_UNIX_JACK,
    "coremidi": rtmidi.API_MACOSX_CORE,
    "winmm": rtmidi.API_WINDOWS_MM,
}
_LOOPBACK = "Midi Through"  # ALSA's own, always there, never a controller
_LISTENING = 0x10000  # flag of a socket
_ALSA_ADDRESS = re.compile(r" \d+:\d+$")  # changes when a device is plugged in again


def new_client(driver: str, name: str = "rtaudiogen") -> rtmidi.MidiIn:
    """Return an unopened client that passes every message on; rtmidi.SystemError without a server.

    The driver filters nothing, because it would drop a filtered message's delta time, too. On JACK
    this holds the interpreter for about 12 ms: make clients before the music starts.
    """
    client = rtmidi.MidiIn(DRIVERS[driver], name=name, queue_size_limit=QUEUE_LIMIT)
    client.ignore_types(sysex=False, timing=False, active_sense=False)
    return client


def find_driver(wanted: str | None = None) -> tuple[str | None, rtmidi.MidiIn | None]:
    """Return the first driver that works here, and a client of it; (None, None) if there is none.

    rtmidi does not fall back from ALSA to JACK by itself. UsageError for an unknown name.
    """
    if wanted is not None and wanted not in DRIVERS:
        raise UsageError(f"{wanted!r} is not a MIDI driver; there are: {', '.join(DRIVERS)}.")
    compiled = rtmidi.get_compiled_api()
    for driver, number in DRIVERS.items():
        if wanted in (None, driver) and number in compiled and _may_be_there(driver):
            try:
                with _silent_stderr():
                    return driver, new_client(driver)
            except rtmidi.SystemError:
                continue
    return None, None


def jack_server() -> str | None:
    """Return an identity of the JACK server that listens here; None if there is none.

    The kernel's list of sockets answers at once. libjack would not: a client of a dead server goes
    on listing its ports, and a new client takes 12 ms.
    """
    if sys.platform != "linux":
        return None
    name = f"/jack_{os.environ.get('JACK_DEFAULT_SERVER', 'default')}_{os.getuid()}_"
    with suppress(OSError), Path("/proc/net/unix").open() as sockets:
        for line in sockets:  # slot, references, protocol, flags, type, state, inode, path
            if name in line and int(line.split()[3], 16) & _LISTENING:
                return line.split()[6]
    return None


def _may_be_there(driver: str) -> bool:
    if sys.platform != "linux":
        return True
    return jack_server() is not None if driver == "jack" else Path("/dev/snd/seq").exists()


@contextmanager
def _silent_stderr() -> Iterator[None]:
    """Suppress the messages of C libraries about an absent server."""
    saved, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    try:
        yield
    finally:
        os.dup2(saved, 2)
        os.close(saved)
        os.close(nowhere)


@dataclass(frozen=True)
class MidiPorts:
    """Driver and ports as `rtaudiogen devices` shows them."""

    driver: str | None
    names: tuple[str, ...]

    def __str__(self) -> str:
        if self.driver is None:
            return "No MIDI here: no ALSA sequencer and no JACK server answers."
        return f"MIDI by {self.driver}: {describe(self.names)}"


def list_ports(driver: str | None = None) -> MidiPorts:
    """Return driver and input ports of this machine. [control]"""
    found, client = find_driver(driver)
    if client is None:
        return MidiPorts(None, ())
    names = tuple(client.get_ports())
    client.delete()
    return MidiPorts(found, names)


def describe(names: Sequence[str]) -> str:
    """Return a line about ports."""
    return ", ".join(f"{i} {name!r}" for i, name in enumerate(names)) if names else "no ports"


def identity(name: str) -> str:
    """Return the part of a port's name that stays the same when it is plugged in again."""
    return _ALSA_ADDRESS.sub("", name)


@dataclass(frozen=True)
class Selection:
    """The wanted ports: those that exist now and those that appear later."""

    everything: bool = False
    identities: frozenset[str] = frozenset()
    fragments: tuple[str, ...] = ()  # lower case
    virtual: tuple[str, ...] = ()  # names of ports to offer to other programs

    def wants(self, name: str) -> bool:
        """Return True if a port of this name is to be opened."""
        lower = name.lower()
        return (
            (self.everything and _LOOPBACK not in name)
            or identity(name) in self.identities
            or any(fragment in lower for fragment in self.fragments)
        )


def select(wanted: Sequence[str], names: Sequence[str], required: bool = True) -> Selection:
    """Parse `all`, `none`, an index, part of a name, or `virtual:NAME`; several may be given.

    RtAudioGenError if `required` and one matches no present port.
    """
    identities, fragments, virtual = set(), [], []
    for text in (text for text in wanted if text not in ("all", "none")):
        if text.startswith(VIRTUAL):
            virtual.append(text.removeprefix(VIRTUAL) or "rtaudiogen")
        elif text.isdecimal() and int(text) < len(names):
            identities.add(identity(names[int(text)]))
        elif text and (not required or any(text.lower() in name.lower() for name in names)):
            fragments.append(text.lower())
        else:
            raise RtAudioGenError(f"There is no MIDI port {text!r}; there are: {describe(names)}.")
    return Selection("all" in wanted, frozenset(identities), tuple(fragments), tuple(virtual))
