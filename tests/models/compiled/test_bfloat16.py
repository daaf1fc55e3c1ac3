"""Products with bfloat16 weights."""

import os
import subprocess
import sys

import llvmlite.binding as llvm
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numba import njit
from numpy.typing import NDArray

from rtaudiogen.models.compiled.bfloat16 import pack, product, unpack
from rtaudiogen.models.compiled.vectors import place

RANDOM = np.random.default_rng(0)


@njit(error_model="numpy")
def _multiply(
    columns: int,
    lanes: NDArray[np.uint32],
    x: NDArray[np.float32],
    first: int,
    y: NDArray[np.float32],
) -> None:
    inputs, outputs = x.shape[1], y.shape[1]
    product(
        columns, place(lanes, 0), inputs, outputs, place(x, first * inputs), inputs,
        place(y, first * outputs), outputs, place(y, first * outputs), outputs,
    )  # fmt: skip


def matrix(outputs: int, inputs: int) -> NDArray[np.float32]:
    return RANDOM.standard_normal((outputs, inputs), dtype=np.float32)


sizes = st.tuples(st.integers(1, 10).map(lambda n: 16 * n), st.integers(1, 40).map(lambda n: 4 * n))


@settings(deadline=None)
@given(sizes)
def test_weights_are_rounded_by_at_most_half_a_step_of_bfloat16(size: tuple[int, int]) -> None:
    weight = matrix(*size)
    rounded = unpack(pack(weight), *size)
    assert np.abs(rounded / weight - 1).max() <= 2**-8 + 1e-6


@settings(deadline=None)
@given(sizes)
def test_rounded_weights_are_packed_exactly(size: tuple[int, int]) -> None:
    lanes = pack(matrix(*size))
    np.testing.assert_array_equal(pack(unpack(lanes, *size)), lanes)


def test_zero_and_tiny_weights_stay_tiny() -> None:
    weight = matrix(16, 4) * np.float32([1, 0, 1, 1e-40])
    rounded = unpack(pack(weight), 16, 4)
    assert np.abs(rounded[:, [1, 3]]).max() < 1e-30


@settings(deadline=None)
@given(sizes)
def test_a_product_adds_the_matrix_times_the_vector(size: tuple[int, int]) -> None:
    outputs, inputs = size
    lanes, x, y = pack(matrix(*size)), matrix(4, inputs), matrix(4, outputs)
    expected = y + x @ unpack(lanes, *size).T
    _multiply(4, lanes, x, 0, y)
    np.testing.assert_allclose(y, expected, atol=1e-4)


@settings(deadline=None)
@given(sizes)
def test_a_column_has_the_same_bits_alone_and_among_others(size: tuple[int, int]) -> None:
    outputs, inputs = size
    lanes, x, start = pack(matrix(*size)), matrix(4, inputs), matrix(4, outputs)
    results = []
    for columns in (1, 2, 4):
        y = start.copy()
        for first in range(0, 4, columns):
            _multiply(columns, lanes, x, first, y)
        results.append(y)
    np.testing.assert_array_equal(results[0], results[1])
    np.testing.assert_array_equal(results[0], results[2])


PROGRAM = """
import numba, numpy as np
from rtaudiogen.models.compiled import bfloat16, vectors
compiled = numba.njit((numba.int64,) * 10, error_model="numpy")(bfloat16.product.py_func)
assert vectors.LANES == {lanes}, vectors.LANES
weight = np.arange(64 * 8, dtype=np.float32).reshape(64, 8) / 64
lanes, x, y = bfloat16.pack(weight), np.ones((4, 8), np.float32), np.zeros((4, 64), np.float32)
for columns in (1, 4):
    y[:] = 0
    places = [array.ctypes.data for array in (lanes, x, y)]
    compiled(columns, places[0], 8, 64, places[1], 8, places[2], 64, places[2], 64)
    assert np.allclose(y[0], bfloat16.unpack(lanes, 64, 8).sum(1)), columns
print(compiled.inspect_{what}(compiled.signatures[0]))
"""


def compiled_for(features: str, lanes: int, what: str) -> str:
    """Compile and try `product` in a process that knows only these CPU features."""
    environment = os.environ | {"NUMBA_CPU_NAME": "generic", "NUMBA_CPU_FEATURES": features}
    program = PROGRAM.format(lanes=lanes, what=what)
    return subprocess.run(
        [sys.executable, "-c", program], env=environment, check=True, capture_output=True, text=True
    ).stdout


@pytest.mark.skipif(
    "+avx2" not in llvm.get_host_cpu_features().flatten(), reason="this CPU has no AVX2"
)
def test_a_cpu_with_avx2_gets_vectors_of_eight() -> None:
    assembly = compiled_for("+avx,+avx2,+fma", 8, "asm")
    assert "vfmadd231ps\t%ymm" in assembly
    assert "zmm" not in assembly


def test_an_arm_cpu_gets_fused_vectors_of_four() -> None:
    llvm.initialize_all_targets()
    llvm.initialize_all_asmprinters()
    module = llvm.parse_assembly(compiled_for("", 4, "llvm"))
    target = llvm.Target.from_triple("aarch64-unknown-linux-gnu")
    module.triple = target.triple
    machine = target.create_target_machine(features="+neon")
    module.data_layout = str(machine.target_data)
    assembly = machine.emit_assembly(module)
    assert "fmla\tv" in assembly
    assert "fmaf" not in assembly
