"""WaveNet, played: gated dilated causal convolutions sampled from their cached state.

A. van den Oord et al., "WaveNet: A Generative Model for Raw Audio", 2016, arXiv:1609.03499.
"""

from ..family import declare_family
from .descriptor import FILES

FAMILY = declare_family(
    __name__,
    FILES,
    "autoregressive network, played from a keyboard or as a texture",
    devices=("cpu", "cuda"),
    device_benchmark="device.benchmark",
)
TRIAL = f"{__name__}.training"
