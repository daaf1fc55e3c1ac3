"""Presets: one generator's values and seed in a file."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..errors import RtAudioGenError
from ..generator import Descriptor
from .documents import number, read_document, text, whole, write_document
from .fields import Fields, at, entries, unknown

KIND, VERSION = "preset", 1
MAX_SEED = 2**63 - 1


@dataclass(frozen=True)
class Preset:
    """Plain values by parameter id. Ids that a model does not know are kept."""

    values: Mapping[str, float] = field(default_factory=dict)
    seed: int | None = None  # None: that of the slot
    model: str = ""  # id of the model it was made with
    name: str = ""
    others: Mapping[str, Any] = field(default_factory=dict)  # unknown fields of a file

    def to_json(self) -> dict[str, Any]:
        """Return plain values."""
        return {
            **self.others,
            "name": self.name,
            "model": self.model,
            "seed": self.seed,
            "values": dict(self.values),
        }

    @classmethod
    def from_json(cls, fields: Mapping[str, Any]) -> "Preset":
        """Return the preset of plain values. ValueError, which names the field, for a wrong one."""
        given = Fields(fields)
        return cls(
            values=given.get("values", read_values, {}),
            seed=given.get("seed", _seed, None),
            model=given.text("model", ""),
            name=given.text("name", ""),
            others=given.rest(),
        )

    def remarks(self, place: str = "") -> Iterator[str]:
        """Yield a sentence for each field that is kept without effect."""
        return unknown(place, self.others, ("name", "model", "seed", "values"))

    def fit(self, descriptor: Descriptor) -> tuple[dict[str, float], tuple[str, ...]]:
        """Return the values that this model has, in its ranges, and a sentence for each other
        one.
        """
        known = {parameter.id: parameter for parameter in descriptor.parameters}
        fitting, notices = {}, []
        for id, value in self.values.items():
            if id not in known:
                notices.append(f"{descriptor.id} has no parameter '{id}'; its value is kept")
                continue
            fitting[id] = known[id].clamp(value)
            if fitting[id] != value:
                notices.append(f"{descriptor.id}: {id} = {value:g} becomes {fitting[id]:g}")
        return fitting, tuple(notices)


def read_values(fields: Any) -> dict[str, float]:
    """Return parameters' values by id. ValueError, which names the parameter, for a wrong one."""
    values = {}
    for id, value in entries(fields, '{"PARAMETER": number, …}'):
        with at(id):
            values[text(id)] = number(value)
    return values


def _seed(value: Any) -> int | None:
    return None if value is None else whole(value, 0, MAX_SEED)


def save_preset(path: Path, preset: Preset, overwrite: bool = True) -> None:
    """Write a preset atomically; see `write_document`."""
    write_document(path, KIND, VERSION, preset.to_json(), overwrite)


def load_preset(path: Path) -> Preset:
    """Read a preset. RtAudioGenError, in one line, for a damaged, foreign or newer file."""
    fields = read_document(path, KIND, VERSION)
    try:
        return Preset.from_json(fields)
    except ValueError as error:
        raise RtAudioGenError(f"{path}: {error}") from error
