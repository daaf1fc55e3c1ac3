"""The disk cache of compiled kernels."""

import subprocess
import sys
from pathlib import Path

import pytest

from rtaudiogen.kernel_cache import sources_digest

KERNEL = """
from rtaudiogen.kernel_cache import cached_njit
from .layout import FACTOR
from .steps import step

@cached_njit(nogil=True)
def kernel(x):
    return FACTOR * step(x)

print(kernel(5), kernel.stats.cache_hits[kernel.signatures[0]] if kernel.stats.cache_hits else 0)
"""
STEPS = "from numba import njit\n\n@njit\ndef step(x):\n    return x + {}\n"


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """Write a package with a kernel, a constant and a function that the kernel calls."""
    folder = tmp_path / "stranger"
    folder.mkdir()
    (folder / "__init__.py").touch()
    (folder / "kernels.py").write_text(KERNEL)
    (folder / "layout.py").write_text("FACTOR = 2\n")
    (folder / "steps.py").write_text(STEPS.format(1))
    return folder


def run(package: Path) -> tuple[int, int]:
    """Return the kernel's value at 5, and whether it came from the cache."""
    command = [sys.executable, "-c", "import stranger.kernels"]
    done = subprocess.run(command, cwd=package.parent, capture_output=True, text=True, check=True)
    value, hits = done.stdout.split()
    return int(value), int(hits)


def test_kernel_is_renewed_when_what_it_uses_changes(package: Path) -> None:
    assert run(package) == (12, 0)
    assert run(package) == (12, 1)
    (package / "layout.py").write_text("FACTOR = 3\n")
    (package / "steps.py").write_text(STEPS.format(2))
    assert run(package) == (21, 0)


def test_digest_follows_imports_of_imports() -> None:
    from rtaudiogen import kernel_cache
    from rtaudiogen.models.wavenet import kernels

    sources = kernel_cache._sources(kernels.__name__)
    assert {"rtaudiogen.models.wavenet.memory", "rtaudiogen.models.compiled.vectors"} <= sources
    assert len(sources_digest(kernels.__name__)) == 64
