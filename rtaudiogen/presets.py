"""Presets: one generator's values and seed, as a file to keep and to exchange."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .documents import number, read_document, text, whole, write_document
from .errors import RtAudioGenError
from .generator import Descriptor

KIND, VERSION = "preset", 1
MAX_SEED = 2**63 - 1


@dataclass(frozen=True)
class Preset:
    """Plain values by parameter id. Ids that a model does not know are kept."""

    values: Mapping[str, float] = field(default_factory=dict)
    seed: int | None = None  # None: whatever the slot has
    model: str = ""  # id of the model it was made with
    name: str = ""

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return {
            "name": self.name,
            "model": self.model,
            "seed": self.seed,
            "values": dict(self.values),
        }

    @classmethod
    def from_json(cls, fields: Mapping[str, Any]) -> "Preset":
        """From `to_json`. ValueError, TypeError or AttributeError if it is something else."""
        seed = fields.get("seed")
        return cls(
            values={text(id): number(value) for id, value in fields.get("values", {}).items()},
            seed=None if seed is None else whole(seed, 0, MAX_SEED),
            model=text(fields.get("model", "")),
            name=text(fields.get("name", "")),
        )

    def fit(self, descriptor: Descriptor) -> tuple[dict[str, float], tuple[str, ...]]:
        """The values this model has, in its ranges, and a sentence for each that does not fit."""
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


def save_preset(path: Path, preset: Preset) -> None:
    """Write a preset atomically."""
    write_document(path, KIND, VERSION, preset.to_json())


def load_preset(path: Path) -> Preset:
    """Read a preset. RtAudioGenError, in one line, for a damaged, foreign or newer file."""
    fields = read_document(path, KIND, VERSION)
    try:
        return Preset.from_json(fields)
    except (ValueError, TypeError, AttributeError) as error:
        raise RtAudioGenError(f"{path}: damaged, no {KIND} ({error})") from error
