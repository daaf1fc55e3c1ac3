"""The ring's indices are acquired and released in the machine code of a 64-bit ARM processor."""

import re
from collections.abc import Callable
from typing import Any

import llvmlite.binding as llvm
import numpy as np
import pytest
from numba import int64, njit, void

from rtaudiogen.realtime.callback import ring
from rtaudiogen.realtime.callback.atomics import load_acquire, store_release

SLOTS = int64[::1]


def publish(slots, index, value):
    store_release(slots, index, value)


def take(slots, index):
    return load_acquire(slots, index)


def publish_plainly(slots, index, value):
    slots[index] = value


def aarch64_assembly(function: Callable[..., Any], signature: Any) -> str:
    """Return the machine code that the compiler gives on a 64-bit ARM processor."""
    # What is there for calls from Python, reference counts included, is in the host's instructions.
    kernel = njit(no_cpython_wrapper=True, no_cfunc_wrapper=True, error_model="numpy")(function)
    kernel.compile(signature)
    llvm.initialize_all_targets()
    llvm.initialize_all_asmprinters()
    code = kernel.inspect_llvm(kernel.signatures[0])
    counts = re.compile(r"^define linkonce_odr void @NRT_.*?^}$", re.DOTALL | re.MULTILINE)
    module = llvm.parse_assembly(counts.sub("", code))
    triple = "aarch64-unknown-linux-gnu"
    module.triple = triple
    machine = llvm.Target.from_triple(triple).create_target_machine()
    module.data_layout = str(machine.target_data)
    return str(machine.emit_assembly(module))


def test_a_release_store_is_stlr_on_arm() -> None:
    assert re.search(r"\bstlr\b", aarch64_assembly(publish, void(SLOTS, int64, int64)))


def test_an_acquire_load_is_ldar_on_arm() -> None:
    assert re.search(r"\bldar\b", aarch64_assembly(take, int64(SLOTS, int64)))


def test_a_plain_store_would_not_pass_as_a_release() -> None:
    plain = aarch64_assembly(publish_plainly, void(SLOTS, int64, int64))
    assert not re.search(r"\bstlr\b", plain)


@pytest.mark.parametrize("kernel", [ring._write, ring._read])
def test_each_ring_end_acquires_one_index_and_releases_its_own(kernel: Any) -> None:
    assembly = aarch64_assembly(kernel.py_func, kernel.nopython_signatures[0])
    assert len(re.findall(r"\bldar\b", assembly)) == 1
    assert len(re.findall(r"\bstlr\b", assembly)) == 1


def test_stored_values_are_loaded() -> None:
    slots = np.zeros(4, np.int64)
    njit(publish)(slots, 2, -5)
    assert njit(take)(slots, 2) == -5
    assert slots.tolist() == [0, 0, -5, 0]
