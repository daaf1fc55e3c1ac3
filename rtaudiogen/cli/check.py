"""Command `rtaudiogen check`."""

from dataclasses import asdict
from typing import Annotated

import typer

from ..errors import RtAudioGenError, UsageError
from ..processors import AUTO, CPU
from ..registry import create, family, find, with_voices
from .options import Device, Voices, check_voices
from .output import Json, print_json, warn

HOST_RATE = 48000  # Hz, for generators that take any


def check(
    model: Annotated[str, typer.Argument(metavar="MODEL", help="Id or model file.")],
    device: Device = CPU,
    voices: Voices = 0,
    json: Json = False,
) -> None:
    """Check that a generator keeps the contract: blocks, seeds, state, streaming = parallel."""
    from ..engine.device_choice import DeviceChoice
    from ..verification.verify import verify

    descriptor = with_voices(find(model), voices)
    check_voices([descriptor], voices)
    known = family(descriptor.family)
    if device == AUTO:
        notices: list[str] = []
        device = DeviceChoice(AUTO, notices.append)(descriptor)
        warn(notices)
    if device not in known.devices:
        there = ", ".join(known.devices)
        raise UsageError(f"device '{device}': {descriptor.id} is computed on: {there}")
    tried = create(descriptor, HOST_RATE)  # a damaged file must fail before the checks
    if device != CPU:  # and so must a missing package
        tried.prepare(1, device)
    findings = verify(lambda: create(descriptor, HOST_RATE), known, device)
    if json:
        rows = [asdict(finding) for finding in findings]
        print_json({"model": descriptor.id, "device": device, "findings": rows})
    else:
        for finding in findings:
            print("ok  " if finding.passed else "FAIL", f"{finding.name}: {finding.detail}")
    broken = sum(not finding.passed for finding in findings)
    if broken:
        raise RtAudioGenError(f"{descriptor.id}: {broken} of {len(findings)} checks failed")
