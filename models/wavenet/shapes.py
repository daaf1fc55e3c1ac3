"""The tensors of a WaveNet, known from its configuration alone."""

from ..compiled.mulaw import LEVELS
from .config import WaveNetConfig


def shapes(config: WaveNetConfig) -> dict[str, tuple[int, ...]]:
    """Return the shapes of a WaveNet's tensors."""
    r, s, a, layers = config.residual, config.skip, config.output, len(config.dilations)
    wanted: dict[str, tuple[int, ...]] = {
        "previous.weight": (LEVELS, r),
        "current.weight": (LEVELS, r),
        "instruments.weight": (len(config.instruments), config.embedding),
        "instrument.weight": (2 * r * layers, config.embedding),
        "skip.weight": (s, r * layers),
        "skip.bias": (s,),
        "output.weight": (a, s),
        "output.bias": (a,),
        "logit.weight": (LEVELS, a),
        "logit.bias": (LEVELS,),
    }
    for k in range(layers):
        wanted[f"dilated.{k}.weight"] = (2 * r, 2 * r + config.conditioning)
        wanted[f"dilated.{k}.bias"] = (2 * r,)
    for k in range(layers - 1):
        wanted[f"residual.{k}.weight"], wanted[f"residual.{k}.bias"] = (r, r), (r,)
    return wanted
