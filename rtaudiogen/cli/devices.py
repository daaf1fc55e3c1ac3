"""`rtaudiogen devices`."""

from dataclasses import asdict

from .output import Json, print_json, print_table


def devices(json: Json = False) -> None:
    """List audio outputs and MIDI ports."""
    from ..devices import list_devices
    from ..midi import list_ports

    outputs, ports = list_devices(), list_ports()
    if json:
        print_json({"outputs": [asdict(output) for output in outputs], "midi": asdict(ports)})
        return
    if outputs:
        print_table(
            ("", "output", "host", "channels", "rate"),
            [
                (
                    f"{'*' if output.is_default else ' '} {output.index}",
                    output.name,
                    output.host_api,
                    str(output.channels),
                    f"{output.sample_rate} Hz",
                )
                for output in outputs
            ],
        )
    else:
        print("No audio output here; 'null' keeps time by the clock.")
    print(ports)
