"""A VQ-VAE, played and used as a codec: sound as a stream of codes.

A. van den Oord, O. Vinyals and K. Kavukcuoglu, "Neural Discrete Representation Learning", 2017,
arXiv:1711.00937.
"""

from ..family import declare_family
from .descriptor import FILES

FAMILY = declare_family(
    __name__,
    FILES,
    "sound as a stream of codes: generated, resynthesised live, or kept as a file",
    devices=("cpu", "cuda", "mps"),
    device_benchmark="device_benchmark",
    learning="learning.",
    measuring="measuring.",
    codec=f"{__name__}.codec:create",
)
TRIAL = f"{__name__}.trial"
