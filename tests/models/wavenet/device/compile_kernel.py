"""Compile the GPU's kernel for a compute capability; prints R/S/A and the bytes of stack of each.

A process of its own, since Triton cannot both interpret and compile in one.
"""

import os
import re
import subprocess
import sys
import tempfile
from itertools import product
from pathlib import Path

os.environ.pop("TRITON_INTERPRET", None)

from triton.backends import nvidia
from triton.backends.compiler import GPUTarget
from triton.compiler import ASTSource, compile

from rtaudiogen.models.wavenet.device.kernel import sample_block
from rtaudiogen.models.wavenet.device.sampler import WARPS

KINDS = dict.fromkeys(["most_frames", "history_rows", "layers"], "i32") | {
    "lanes": "*i32", "dilations": "*i64", "history_at": "*i64", "cursors": "*i64",
    "last_codes": "*i64", "frames": "*i32", "active": "*i32", "codes": "*u8",
}  # fmt: skip
SIZES = [(32, 128, 256), (64, 128, 256), (128, 256, 256)]


def machine_code(capability: int, constants: dict[str, int]) -> bytes:
    """Return the code for a capability such as 90; arrays begin at multiples of 16 bytes."""
    names = sample_block.arg_names
    signature = {n: "constexpr" if n in constants else KINDS.get(n, "*fp32") for n in names}
    values = {(names.index(name),): value for name, value in constants.items()}
    aligned = {(i,): [["tt.divisibility", 16]] for i, n in enumerate(names) if "*" in signature[n]}
    options = {"num_warps": WARPS, "num_stages": 1, "enable_fp_fusion": True}
    source = ASTSource(sample_block, signature, values, aligned)
    compiled = compile(source, target=GPUTarget("cuda", capability, 32), options=options)
    return compiled.asm["cubin"]


def stack_bytes(code: bytes) -> int:
    """Return the bytes of a thread that did not fit into its registers."""
    tool = Path(nvidia.__path__[0], "bin", "cuobjdump")
    with tempfile.NamedTemporaryFile(suffix=".cubin") as file:
        file.write(code)
        file.flush()
        told = subprocess.check_output([tool, "-res-usage", file.name], text=True)
    return int(re.findall(r"STACK:(\d+)", told)[0])


for (r, s, a), forced in product(SIZES, (False, True)):
    sizes = {"R": r, "S": s, "A": a, "C": 20, "PAIRS": 16, "FORCED": forced}
    print(f"{r}/{s}/{a}", stack_bytes(machine_code(int(sys.argv[1]), sizes)))
