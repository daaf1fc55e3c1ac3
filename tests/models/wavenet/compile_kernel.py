"""Compile the GPU's kernel at the usual size, for a compute capability; prints its bytes.

A process of its own, since Triton cannot both interpret and compile in one.
"""

import os
import sys

os.environ.pop("TRITON_INTERPRET", None)

from triton.backends.compiler import GPUTarget
from triton.compiler import ASTSource, compile

from rtaudiogen.models.wavenet.device_kernel import sample_block
from rtaudiogen.models.wavenet.device_sampler import WARPS

INTEGERS = dict.fromkeys(["most_frames", "history_rows", "layers"], "i32") | {
    "lanes": "*i32", "dilations": "*i64", "history_at": "*i64", "cursors": "*i64",
    "last_codes": "*i64", "frames": "*i32", "active": "*i32", "codes": "*u8",
}  # fmt: skip
SIZES = {"R": 64, "S": 128, "A": 256, "C": 20, "PAIRS": 16, "FORCED": False}


def main(capability: int) -> None:
    """For, say, 90."""
    names = sample_block.arg_names
    signature = {n: "constexpr" if n in SIZES else INTEGERS.get(n, "*fp32") for n in names}
    sizes = {(names.index(name),): value for name, value in SIZES.items()}
    aligned = {(i,): [["tt.divisibility", 16]] for i, n in enumerate(names) if "*" in signature[n]}
    options = {"num_warps": WARPS, "num_stages": 1, "enable_fp_fusion": True}
    source = ASTSource(sample_block, signature, sizes, aligned)
    compiled = compile(source, target=GPUTarget("cuda", capability, 32), options=options)
    print(len(compiled.asm["cubin"]))


main(int(sys.argv[1]))
