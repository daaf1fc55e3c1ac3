"""WaveGAN, played as a drum machine whose one-shots are generated, not sampled.

C. Donahue, J. McAuley and M. Puckette, "Adversarial Audio Synthesis", 2018, arXiv:1802.04208.
"""

from ..family import declare_family
from .descriptor import FILES

FAMILY = declare_family(
    __name__,
    FILES,
    "one-shots from a latent space: drums on sixteen pads, no two hits alike",
    devices=("cpu", "cuda", "mps"),
    device_benchmark="device_benchmark",
    learning="learning.",
    measuring="measuring.",
    sample=f"{__name__}.sampling:sample",
)
TRIAL = f"{__name__}.trial"
