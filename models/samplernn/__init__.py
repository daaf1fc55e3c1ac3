"""SampleRNN, played: recurrent tiers with clocks of their own, a stream that can be bookmarked.

Mehri et al., "SampleRNN: An Unconditional End-to-End Neural Audio Generation Model", 2017,
arXiv:1612.07837.
"""

from rtaudiogen.generator import Family

from .descriptor import builtin, describe

FAMILY = Family(
    name="samplernn",
    summary="recurrent tiers with clocks of their own, a texture or notes",
    builtin=builtin,
    describe=describe,
    create=f"{__name__}.generator:create",
    train=f"{__name__}.training:train",
    evaluate=f"{__name__}.evaluation:evaluate",
    benchmark=f"{__name__}.benchmark:bench_rows",
    parallel_check=f"{__name__}.parallel:check",
)
