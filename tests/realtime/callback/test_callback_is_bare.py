"""The callback neither allocates nor calls Python: read off its machine-independent code.

The optimiser is asked to prove it: with the compiled body made private to its wrapper and inlined,
the wrapper's error path (which takes the GIL) is dead code exactly if the body can never fail.
What calls are left after that is all the callback can ever call.
"""

import ctypes
import re

import llvmlite.binding as llvm
import numpy as np
import pytest
from numba import carray, cfunc, float32
from numba.core.runtime import _nrt_python, rtsys

from rtaudiogen.realtime.callback.callback import SIGNATURE, compile_callback
from rtaudiogen.realtime.callback.memory import AudioMemory

TIMER = "a function pointer"  # the operating system's clock, from memory


def what_it_can_call(function) -> set[str]:
    """Return the names of all functions that the C function may call, without LLVM's own."""
    code = function.inspect_llvm()
    private = re.sub(
        r"^define (?:linkonce_odr )?(?!.*@\"?cfunc\.)", "define internal ", code, flags=re.M
    )
    module = llvm.parse_assembly(private.replace(" noinline", " nounwind"))
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    machine = llvm.Target.from_triple(llvm.get_process_triple()).create_target_machine()
    tuning = llvm.create_pipeline_tuning_options(speed_level=3)
    tuning.inlining_threshold = 10**6
    passes = llvm.create_pass_builder(machine, tuning)
    passes.getModulePassManager().run(module, passes)
    calls = re.findall(r"^\s.*?\b(?:call|invoke)\b.*?([@%])\"?([\w.$]+)\"?\(", str(module), re.M)
    names = {name if sigil == "@" else TIMER for sigil, name in calls}
    return {name for name in names if not name.startswith("llvm.")}


def compiled(function):
    return cfunc(SIGNATURE, nopython=True, error_model="numpy")(function)


@pytest.mark.slow
def test_the_callback_calls_nothing_but_the_clock() -> None:
    assert what_it_can_call(compile_callback(cache=False)) == {TIMER}


def allocating(heard, output, frames, times, flags, memory):
    out = carray(output, (np.int64(frames),), float32)
    scratch = np.empty(np.int64(frames), np.float32)
    for i in range(np.int64(frames)):
        scratch[i] = out[i]
    for i in range(np.int64(frames)):
        out[i] = scratch[np.int64(frames) - 1 - i]
    return 0


def failing(heard, output, frames, times, flags, memory):
    if frames > 7:
        raise ValueError
    return 0


def printing(heard, output, frames, times, flags, memory):
    print(frames)
    return 0


@pytest.mark.parametrize(
    ("guilty", "of"),
    [(allocating, "NRT_"), (failing, "numba_gil_ensure"), (printing, "Py")],
)
def test_allocating_failing_or_calling_python_is_detected(guilty, of) -> None:
    assert any(name.startswith(of) for name in what_it_can_call(compiled(guilty)))


def allocations(function, calls: int) -> int:
    """Return how often the compiled function allocates, including released allocations."""
    memory = AudioMemory.create(48000, 64)
    memory.ring.write(np.zeros((4096, 2), np.float32))
    out = np.zeros((64, 2), np.float32)
    times = (ctypes.c_double * 3)()
    _nrt_python.memsys_enable_stats()
    before = rtsys.get_allocation_stats().alloc
    for _ in range(calls):
        function.ctypes(None, out.ctypes.data, 64, ctypes.addressof(times), 0, memory.address)
    return int(rtsys.get_allocation_stats().alloc - before)


def test_no_call_allocates_while_playing_starving_or_recovering() -> None:
    assert allocations(compile_callback(), 1000) == 0


def test_the_allocations_of_a_callback_that_does_are_counted() -> None:
    assert allocations(compiled(allocating), 10) == 10
