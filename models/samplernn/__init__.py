"""SampleRNN, played: recurrent tiers with clocks of their own, a stream that can be bookmarked.

Mehri et al., "SampleRNN: An Unconditional End-to-End Neural Audio Generation Model", 2017,
arXiv:1612.07837.
"""

from ..family import declare_family
from .config import FILES

FAMILY = declare_family(
    __name__,
    FILES,
    "recurrent tiers with clocks of their own, a texture or notes",
    parallel="evaluation",
)
TRIAL = f"{__name__}.training"
