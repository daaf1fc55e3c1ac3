"""WaveNet, played: gated dilated causal convolutions sampled from their cached state.

A. van den Oord et al., "WaveNet: A Generative Model for Raw Audio", 2016, arXiv:1609.03499.
"""

from rtaudiogen.generator import Family

from .descriptor import builtin, describe

FAMILY = Family(
    name="wavenet",
    summary="autoregressive network, played from a keyboard or as a texture",
    builtin=builtin,
    describe=describe,
    create=f"{__name__}.generator:create",
    train=f"{__name__}.training:train",
    evaluate=f"{__name__}.evaluation:evaluate",
    parallel_check=f"{__name__}.parallel:check",
    benchmark=f"{__name__}.benchmark:bench_rows",
    devices=("cpu", "cuda"),
    device_benchmark=f"{__name__}.device_benchmark:bench_rows",
)
