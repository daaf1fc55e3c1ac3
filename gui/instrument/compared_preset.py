"""A preset that was applied to a slot, and the values that the user has made of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from rtaudiogen.generator import Parameter

EXACT = 1e-4  # of a parameter's range: values are equal that differ by less


@dataclass
class ComparedPreset:
    """`values` are the preset's (A); `changed` the user's (B), while A is heard again."""

    path: Path
    values: Mapping[str, float]
    changed: Mapping[str, float] = field(default_factory=dict)

    def differing(
        self, now: Mapping[str, float], parameters: Sequence[Parameter]
    ) -> dict[str, float]:
        """Return the preset's values of the parameters that are not at them now."""
        return {
            p.id: self.values[p.id]
            for p in parameters
            if p.id in self.values
            and abs(now.get(p.id, self.values[p.id]) - self.values[p.id])
            > EXACT * (p.maximum - p.minimum)
        }

    def other(
        self, now: Mapping[str, float], parameters: Sequence[Parameter]
    ) -> Mapping[str, float]:
        """Return the values that lead from A to B or back, and remember B on the way to A."""
        back = self.differing(now, parameters)
        if back:
            self.changed = {id: now[id] for id in back}
        return back or self.changed
