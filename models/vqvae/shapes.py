"""The tensors of a model file, known from the configuration alone."""

from .config import CodesConfig, VQVAEConfig
from .shaped import shapes as shaped
from .shaped.config import ShapedConfig
from .waveform import shapes as waveform

PRIOR = "prior."  # prefix of the prior's tensors in a model file


def prior_shapes(config: CodesConfig) -> dict[str, tuple[int, ...]]:
    """Return the shapes of a prior's tensors."""
    width, points, stages = config.prior_width, config.prior_embedding, config.stages
    wanted: dict[str, tuple[int, ...]] = {
        "bias": (stages, config.codes),
        "labels.weight": (len(config.labels), config.embedding),
    }
    for k in range(config.prior_layers):
        inputs = width if k else stages * points + config.embedding
        wanted[f"core.weight_ih_l{k}"] = (3 * width, inputs)
        wanted[f"core.weight_hh_l{k}"] = (3 * width, width)
        wanted[f"core.bias_ih_l{k}"] = wanted[f"core.bias_hh_l{k}"] = (3 * width,)
    for q in range(stages):
        wanted[f"tables.{q}.weight"] = (config.codes + 1, points)
        wanted[f"hidden.{q}.weight"] = (width, width + q * points)
        wanted[f"hidden.{q}.bias"] = (width,)
        wanted[f"point.{q}.weight"] = (points, width)
        wanted[f"point.{q}.bias"] = (points,)
    return wanted


def coder_shapes(config: CodesConfig) -> dict[str, tuple[int, ...]]:
    """Return the shapes of the tensors that a coder needs, by the names of `layers.folded`."""
    if isinstance(config, ShapedConfig):
        return shaped.shapes(config)
    assert isinstance(config, VQVAEConfig)
    return waveform.shapes(config)


def needed_tensors(config: CodesConfig) -> dict[str, tuple[int, ...]]:
    """Return the tensors that a model file of this configuration needs, by name."""
    prior = prior_shapes(config) if config.prior_layers else {}
    return coder_shapes(config) | {f"{PRIOR}{name}": shape for name, shape in prior.items()}
