"""Command `rtaudiogen devices`."""

from collections.abc import Iterable
from dataclasses import asdict
from typing import TYPE_CHECKING

from .output import Json, print_json, print_table

if TYPE_CHECKING:
    from ..devices import Device


def devices(json: Json = False) -> None:
    """List audio outputs, inputs, MIDI ports and the processors for networks."""
    from ..devices import list_devices, list_inputs
    from ..midi import list_ports
    from ..processors import available

    outputs, inputs, ports = list_devices(), list_inputs(), list_ports()
    if json:
        print_json(
            {
                "outputs": [asdict(output) for output in outputs],
                "inputs": [asdict(input) for input in inputs],
                "midi": asdict(ports),
            }
        )
        return
    if outputs:
        _print("output", outputs)
    else:
        print("No audio output; 'null' keeps time by the clock.")
    if inputs:
        _print("input", inputs)
    else:
        print("No audio input.")
    print(ports)
    print(f"Processors for networks: {', '.join(available())}.")


def _print(kind: str, devices: Iterable["Device"]) -> None:
    print_table(
        ("", kind, "host", "channels", "rate"),
        [
            (
                f"{'*' if device.is_default else ' '} {device.index}",
                device.name,
                device.host_api,
                str(device.channels),
                f"{device.sample_rate} Hz",
            )
            for device in devices
        ],
    )
