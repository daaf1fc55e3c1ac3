"""The initial weights of a training: random, or those of another model."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Protocol, TypeVar, runtime_checkable

import numpy as np
import torch
from torch import Tensor, nn

from rtaudiogen.errors import RtAudioGenError, UsageError

from ..config import CodesConfig
from ..descriptor import FILES, describe
from ..layers import TRAINING_ONLY, ResidualUnit, folded, unfold

LABELS = "labels.weight"
N = TypeVar("N", bound=nn.Module)


@runtime_checkable
class LearntBooks(Protocol):
    """A module whose codebooks follow the points they see."""

    def take_over(self) -> None:
        """Continue from vectors that were learnt before."""


@torch.no_grad()
def begun(network: N, config: CodesConfig, model: str) -> N:
    """Return a new network with the weights of a model file, if one is given. [control]

    Labels of the same name keep their points. Residual units that the model does not have begin
    as nothing. UsageError, in one line, if another size differs, or the file is no such model.
    """
    if not model:
        return network
    try:
        theirs, arrays = FILES.opened(describe(Path(model)))
    except RtAudioGenError as error:
        raise UsageError(f"--begin-with: {error}") from error
    known = {name: torch.from_numpy(np.array(a, np.float32)) for name, a in arrays.items()}
    known[LABELS] = _labels(network, config.labels, known[LABELS], theirs.labels)
    units = list(_new_units(network, known))
    ours = {n: value for n, value in folded(network).items() if not n.endswith(TRAINING_ONLY)}
    known |= {n: value for n, value in ours.items() if n.startswith(tuple(f"{u}." for u in units))}
    if any(n in known and known[n].shape != value.shape for n, value in ours.items()):
        raise UsageError(f"--begin-with: {model} has other sizes than these options ask for")
    try:
        unfold(network, known)
    except KeyError as error:
        raise UsageError(f"--begin-with: {model} has another kind of coder") from error
    for module in network.modules():
        if isinstance(module, LearntBooks):
            module.take_over()
    for name in units:
        unit = network.get_submodule(name)
        assert isinstance(unit, ResidualUnit)
        unit.pointwise.weight.length.zero_()
    return network


def _labels(
    network: nn.Module, ours: tuple[str, ...], known: Tensor, theirs: tuple[str, ...]
) -> Tensor:
    """Return the labels' points: the model's own where it has a label of that name."""
    points: Tensor = network.get_parameter(LABELS).clone()
    if known.shape[1:] != points.shape[1:]:
        return known
    for row, name in enumerate(ours):
        if name in theirs:
            points[row] = known[theirs.index(name)]
    return points


def _new_units(network: nn.Module, known: Mapping[str, Tensor]) -> Iterator[str]:
    """Yield the names of residual units that are not known."""
    for name, module in network.named_modules():
        if isinstance(module, ResidualUnit) and f"{name}.dilated.weight" not in known:
            yield name
