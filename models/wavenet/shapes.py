"""The tensors of a WaveNet, known from its configuration alone."""

from .config import WaveNetConfig


def shapes(config: WaveNetConfig) -> dict[str, tuple[int, ...]]:
    """Return the shapes of a WaveNet's tensors."""
    r, s, a, layers = config.residual, config.skip, config.output, len(config.dilations)
    wanted: dict[str, tuple[int, ...]] = {
        "previous.weight": (sum(config.codes), r),
        "current.weight": (sum(config.codes), r),
        "instruments.weight": (len(config.instruments), config.embedding),
        "instrument.weight": (2 * r * layers, config.embedding),
        "skip.weight": (s, r * layers),
        "skip.bias": (s,),
        "output.weight": (a, s),
        "output.bias": (a,),
        "logit.weight": (config.codes[0], a),
        "logit.bias": (config.codes[0],),
    }
    for k in range(layers):
        wanted[f"dilated.{k}.weight"] = (2 * r, 2 * r + config.conditioning)
        wanted[f"dilated.{k}.bias"] = (2 * r,)
    for k in range(layers - 1):
        wanted[f"residual.{k}.weight"], wanted[f"residual.{k}.bias"] = (r, r), (r,)
    for k, (width, codes) in enumerate(zip(config.upper_output, config.upper_codes, strict=True)):
        wanted[f"upper.{k}.output.weight"], wanted[f"upper.{k}.output.bias"] = (width, s), (width,)
        wanted[f"upper.{k}.logit.weight"] = (codes, width)
        wanted[f"upper.{k}.logit.bias"] = (codes,)
    return wanted
