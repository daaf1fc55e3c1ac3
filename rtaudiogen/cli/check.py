"""`rtaudiogen check`."""

from dataclasses import asdict
from typing import Annotated

import typer

from ..errors import RtAudioGenError
from ..registry import create, family, find
from .output import Json, print_json

HOST_RATE = 48000  # Hz, for generators that take any


def check(
    model: Annotated[str, typer.Argument(metavar="MODEL", help="Id or model file.")],
    json: Json = False,
) -> None:
    """Check that a generator keeps the contract: blocks, seeds, state, streaming = parallel."""
    from ..verify import verify

    descriptor = find(model)
    create(descriptor, HOST_RATE)  # a damaged file is no broken promise
    findings = verify(lambda: create(descriptor, HOST_RATE), family(descriptor.family))
    if json:
        print_json({"model": descriptor.id, "findings": [asdict(f) for f in findings]})
    else:
        for finding in findings:
            print("ok  " if finding.passed else "FAIL", f"{finding.name}: {finding.detail}")
    broken = sum(not finding.passed for finding in findings)
    if broken:
        raise RtAudioGenError(f"{descriptor.id}: {broken} of {len(findings)} checks failed")
