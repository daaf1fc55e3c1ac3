"""A WaveGAN, played as a drum machine: one-shots that are made, not sampled.

C. Donahue, J. McAuley and M. Puckette, "Adversarial Audio Synthesis", 2018, arXiv:1802.04208.
"""

from rtaudiogen.generator import Family

from .descriptor import builtin, describe

FAMILY = Family(
    name="wavegan",
    summary="one-shots from a latent space: drums on sixteen pads, no two hits alike",
    builtin=builtin,
    describe=describe,
    create=f"{__name__}.generator:create",
    train=f"{__name__}.training:train",
    evaluate=f"{__name__}.evaluation:evaluate",
    parallel_check=f"{__name__}.parallel:check",
    benchmark=f"{__name__}.benchmark:bench_rows",
    devices=("cpu", "cuda", "mps"),
    device_benchmark=f"{__name__}.device_benchmark:bench_rows",
    sample=f"{__name__}.sampling:sample",
)
