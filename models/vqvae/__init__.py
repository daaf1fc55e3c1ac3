"""A VQ-VAE, played and used as a codec: sound as a stream of codes.

A. van den Oord, O. Vinyals and K. Kavukcuoglu, "Neural Discrete Representation Learning", 2017,
arXiv:1711.00937.
"""

from rtaudiogen.generator import Family

from .descriptor import builtin, describe

FAMILY = Family(
    name="vqvae",
    summary="sound as a stream of codes: generated, resynthesised live, or kept as a file",
    builtin=builtin,
    describe=describe,
    create=f"{__name__}.generator:create",
    train=f"{__name__}.training:train",
    evaluate=f"{__name__}.evaluation:evaluate",
    parallel_check=f"{__name__}.parallel:check",
    benchmark=f"{__name__}.benchmark:bench_rows",
    devices=("cpu", "cuda", "mps"),
    device_benchmark=f"{__name__}.device_benchmark:bench_rows",
    codec=f"{__name__}.codec:create",
)
