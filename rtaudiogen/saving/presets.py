"""Presets: one generator's values and seed in a file."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..errors import RtAudioGenError
from ..generator import Descriptor, Parameter
from .documents import number, read_document, text, whole, write_document
from .fields import Fields, at, entries, items, unknown

FIELDS = ("name", "model", "description", "tags", "whole", "seed", "values", "labels", "sound")
KIND, VERSION = "preset", 1
MAX_SEED = 2**63 - 1


@dataclass(frozen=True)
class Preset:
    """Plain values by parameter id. Ids that a model does not know are kept.

    A value that has a name is kept with it, because another model may have its timbres in another
    order.
    """

    values: Mapping[str, float] = field(default_factory=dict)
    seed: int | None = None  # None: that of the slot
    model: str = ""  # id of the model it was made with
    name: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)  # by parameter: the value's label
    sound: str = ""  # path of the file it plays from; empty: none
    description: str = ""  # a sentence
    tags: tuple[str, ...] = ()  # words to find it by; the first says what it is: pad, kit, voice …
    whole: bool = False  # parameters without a value get their defaults; else they stay as they are
    others: Mapping[str, Any] = field(default_factory=dict)  # unknown fields of a file

    def to_json(self) -> dict[str, Any]:
        """Return plain values."""
        return {
            **self.others,
            "name": self.name,
            "model": self.model,
            **({"description": self.description} if self.description else {}),
            **({"tags": list(self.tags)} if self.tags else {}),
            **({"whole": True} if self.whole else {}),
            "seed": self.seed,
            "values": dict(self.values),
            **({"labels": dict(self.labels)} if self.labels else {}),
            **({"sound": self.sound} if self.sound else {}),
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
            labels=given.get("labels", _labels, {}),
            sound=given.text("sound", ""),
            description=given.text("description", ""),
            tags=given.get("tags", _tags, ()),
            whole=given.truth("whole", False),
            others=given.rest(),
        )

    def remarks(self, place: str = "") -> Iterator[str]:
        """Yield a sentence for each field that is kept without effect."""
        return unknown(place, self.others, FIELDS)

    def fit(self, descriptor: Descriptor) -> tuple[dict[str, float], tuple[str, ...]]:
        """Return the values that this model has, in its ranges, and a sentence for each other
        one.
        """
        known = {parameter.id: parameter for parameter in descriptor.parameters}
        fitting, notices = {p.id: p.default for p in known.values() if self.whole}, []
        for id, value in self.values.items():
            if id not in known:
                notices.append(f"{descriptor.id} has no parameter '{id}'; its value is kept")
                continue
            label = self.labels.get(id, "")
            named = by_label(known[id], value, label)
            fitting[id] = known[id].clamp(named)
            if label and label not in known[id].labels:
                played = _label(known[id], fitting[id]) or f"{fitting[id]:g}"
                notices.append(f"{descriptor.id} has no {id} '{label}'; it has '{played}' instead")
            elif fitting[id] != named:
                notices.append(f"{descriptor.id}: {id} = {value:g} becomes {fitting[id]:g}")
        return fitting, tuple(notices)


def labels_of(model: Descriptor, values: Mapping[str, float]) -> dict[str, str]:
    """Return the label that each value is nearest to, for the parameters that have labels."""
    named = {p.id: _label(p, values[p.id]) for p in model.parameters if p.id in values}
    return {id: label for id, label in named.items() if label}


def by_label(parameter: Parameter, value: float, label: str) -> float:
    """Return the value that is as far from a label's place as `value` from the nearest whole
    one; `value` itself if the parameter has no such label.
    """
    if label not in parameter.labels or label == _label(parameter, value):
        return value
    return value - round(value) + parameter.minimum + parameter.labels.index(label)


def _label(parameter: Parameter, value: float) -> str:
    """Return the label nearest to a value; empty if the parameter has none there."""
    index = round(value - parameter.minimum)
    return parameter.labels[index] if 0 <= index < len(parameter.labels) else ""


def read_values(fields: Any) -> dict[str, float]:
    """Return parameters' values by id. ValueError, which names the parameter, for a wrong one."""
    values = {}
    for id, value in entries(fields, '{"PARAMETER": number, …}'):
        with at(id):
            values[text(id)] = number(value)
    return values


def _tags(value: Any) -> tuple[str, ...]:
    return tuple(text(tag) for _, tag in items(value, '["WORD", …]'))


def _labels(fields: Any) -> dict[str, str]:
    labels = {}
    for id, label in entries(fields, '{"PARAMETER": "LABEL", …}'):
        with at(id):
            labels[text(id)] = text(label)
    return labels


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
