"""Every family that is tested, and the parameters of tests that run for each of them."""

from collections.abc import Iterable
from typing import Any

import pytest

from rtaudiogen.generator import SUFFIX

from .cabinet import CABINET
from .member import Member
from .nam import NAM
from .player import PLAYER
from .samplernn import SAMPLERNN
from .sine import SINE
from .space import SPACE
from .vqvae import VQVAE
from .wavegan import WAVEGAN
from .wavenet import WAVENET

MEMBERS = {
    member.name: member
    for member in (CABINET, NAM, PLAYER, SAMPLERNN, SINE, SPACE, VQVAE, WAVEGAN, WAVENET)
}


def _named(pairs: Iterable[tuple[Member, str]]) -> list[Any]:
    return [pytest.param(pair, id=f"{pair[0].name}-{pair[1]}") for pair in pairs]


EVERY_MODEL = _named((member, kind) for member in MEMBERS.values() for kind in member.models)
EVERY_FILE = _named(
    (m, kind) for m in MEMBERS.values() for kind, write in m.models.items() if write
)
OWN_FILES = [file for file in EVERY_FILE if file.values[0][0].suffix == SUFFIX]
EVERY_LESSON = _named((member, name) for member in MEMBERS.values() for name in member.lessons)
FIRST_LESSONS = _named(
    (member, next(iter(member.lessons))) for member in MEMBERS.values() if member.lessons
)
EVERY_DEVICE_MODEL = _named(
    (member, member.on_device) for member in MEMBERS.values() if member.on_device
)
