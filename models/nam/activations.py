"""Activations of captures, by the names that their files use."""

from typing import Any, NamedTuple

import numpy as np

from .fields import Fields
from .steps.program import Floats, Kind, Program, Rows

LARGEST = 1e30  # stands for infinity
RELU = (0.0, LARGEST, 0.0, 1.0)  # constants of LINEAR_ENDS
HARD_TANH = (-1.0, 1.0, 0.0, 0.0)

_PLAIN = {
    "tanh": Kind.TANH,
    "fasttanh": Kind.FAST_TANH,
    "sigmoid": Kind.SIGMOID,
    "silu": Kind.SILU,
    "hardswish": Kind.HARD_SWISH,
    "softsign": Kind.SOFT_SIGN,
}
_KNOWN = (*_PLAIN, "relu", "leakyrelu", "prelu", "hardtanh", "leakyhardtanh")


class Activation(NamedTuple):
    """A function of rows and its constants: one set for all channels, or one each."""

    kind: Kind
    constants: tuple[tuple[float, ...], ...] = ()

    def apply(self, program: Program, rows: Rows) -> None:
        """Add the step that applies it in place. ValueError for another number of channels."""
        if not self.constants:
            program.apply(self.kind, rows, rows)
            return
        if len(self.constants) not in (1, rows.channels):
            raise ValueError(f"{len(self.constants)} slopes for {rows.channels} channels")
        constants = np.array(self.constants, np.float32)
        filled: Floats = np.broadcast_to(constants, (rows.channels, constants.shape[1]))
        program.apply(self.kind, rows, rows, constants=filled)


def activation(fields: Fields, name: str, default: str = "") -> Activation:
    """Return the activation that stands under a name: its own name, or an object with a type."""
    value = fields.values.get(name) if fields.has(name) else default
    return activation_of(value, f"{fields.place}{name}: ")


def activation_of(value: Any, place: str) -> Activation:
    """Return an activation from its name or its object."""
    given = Fields(value if isinstance(value, dict) else {"type": value}, place)
    kind = given.text("type").lower()
    if kind in _PLAIN:
        return Activation(_PLAIN[kind])
    if kind == "relu":
        return Activation(Kind.LINEAR_ENDS, (RELU,))
    if kind == "leakyrelu":
        return _leaking([given.number("negative_slope", -1e6, 1e6, 0.01)])
    if kind == "prelu":
        if given.has("negative_slopes"):
            return _leaking([_slope(value, place) for value in given.items("negative_slopes")])
        return _leaking([given.number("negative_slope", -1e6, 1e6, 0.01)])
    if kind == "hardtanh":
        return Activation(Kind.LINEAR_ENDS, (HARD_TANH,))
    if kind == "leakyhardtanh":
        low = given.number("min_val", -1e6, 1e6, -1.0)
        high = given.number("max_val", low, 1e6, 1.0)
        slopes = (given.number(f"{end}_slope", -1e6, 1e6, 0.01) for end in ("min", "max"))
        return Activation(Kind.LINEAR_ENDS, ((low, high, *slopes),))
    raise given.wrong("type", f"one of {', '.join(_KNOWN)}")


def _leaking(slopes: list[float]) -> Activation:
    constants = tuple((0.0, LARGEST, slope, 1.0) for slope in slopes)
    return Activation(Kind.LINEAR_ENDS, constants)


def _slope(value: Any, place: str) -> float:
    return Fields({"slope": value}, place).number("slope", -1e6, 1e6)
