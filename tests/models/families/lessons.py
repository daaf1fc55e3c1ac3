"""A lesson of the kit, taught in this process or as a program: `python -m …lessons --help`."""

import json
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import torch

from .members import MEMBERS


@contextmanager
def quick(patches: Mapping[str, Any]) -> Iterator[None]:
    """Apply a lesson's patches, on one thread: more cost more than they bring at these sizes."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    with pytest.MonkeyPatch.context() as patch:
        for place, value in patches.items():
            patch.setattr(place, value)
        yield
    torch.set_num_threads(threads)


def teach(name: str, lesson: str, sounds: Path, out: Path, **changed: Any) -> bool:
    """Train on the sounds, or go on; `changed` are options."""
    member = MEMBERS[name]
    with quick(member.lessons[lesson].patches):
        return member.train(sounds, out, member.options(lesson, **changed))


def program(name: str, lesson: str, sounds: Path, out: Path, **changed: Any) -> list[str]:
    """Return the arguments of `python -m` with which a process of its own teaches a lesson."""
    return [__name__, name, lesson, str(sounds), str(out), json.dumps(changed)]


if __name__ == "__main__":
    words = iter(sys.argv[1:])
    for name, lesson, sounds, out, changed in zip(*[words] * 5, strict=True):
        teach(name, lesson, Path(sounds), Path(out), **json.loads(changed))
