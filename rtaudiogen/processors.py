"""Processors that compute networks: the CPU and GPUs, found without loading torch."""

import ctypes
import importlib.util
import platform
import sys

from .errors import UsageError

CPU, CUDA, MPS = "cpu", "cuda", "mps"
NAMES = (CPU, CUDA, MPS)
AUTO = "auto"  # in a user's choice: the one that renders a model with the lower p99

DRIVERS = ("nvcuda.dll",) if sys.platform == "win32" else ("libcuda.so.1",)


def missing(name: str) -> str:
    """Return why this machine lacks a processor, in a sentence; empty if it has it. [control]

    torch is loaded only if the machine has the driver.
    """
    if name == CPU:
        return ""
    if name == CUDA and not _has_driver():
        return "there is no NVIDIA driver on this machine"
    if name == MPS and (sys.platform, platform.machine()) != ("darwin", "arm64"):
        return "only Macs with Apple's processors have it"
    if importlib.util.find_spec("torch") is None:
        return "it needs the package 'torch'"
    try:
        import torch
    except (ImportError, OSError) as error:  # a system library is missing
        return f"torch cannot be loaded ({' '.join(str(error).split())})"
    if name == CUDA and not torch.cuda.is_available():
        built = torch.version.cuda is not None
        without = "this torch was built without CUDA, see pytorch.org for another one"
        return "torch finds no such GPU" if built else without
    if name == MPS and not torch.backends.mps.is_available():
        return "torch finds no such GPU"
    return ""


def available() -> tuple[str, ...]:
    """Return the processors of this machine, the CPU first. [control]"""
    return tuple(name for name in NAMES if not missing(name))


def title(name: str) -> str:
    """Return the name of a GPU of this machine. [control]"""
    if name != CUDA:
        return name
    import torch

    return torch.cuda.get_device_name()


def checked(name: str) -> str:
    """Return the processor's name, or `AUTO`, if it can be used; UsageError otherwise. [control]"""
    if name == AUTO:
        return name
    if name not in NAMES:
        raise UsageError(
            f"device '{name}': expected {', '.join((*NAMES, AUTO))}, a processor for networks"
        )
    reason = missing(name)
    if reason:
        raise UsageError(f"device '{name}': {reason}; available: {', '.join(available())}")
    return name


def _has_driver() -> bool:
    for driver in DRIVERS:
        try:
            ctypes.CDLL(driver)
        except OSError:
            continue
        return True
    return False


if __name__ == "__main__":  # for the window, which must not load torch
    print(" ".join(available()))
