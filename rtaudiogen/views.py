"""Views that suit a generator: its descriptor names them, and a window offers them.

A view names the parameters that it moves by their ids. It needs neither torch nor weights.
"""

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class KeyboardView:
    """A keyboard, for a generator that plays notes."""


@dataclass(frozen=True)
class XYView:
    """Two parameters for an XY pad."""

    x: str  # parameter id
    y: str


@dataclass(frozen=True)
class PadView:
    """Pads to strike, one a key.

    With a prefix, every pad has parameters of its own: those of the first begin with `PREFIX1.`. Of
    these, `class` names the pad; `lock`, `mutate` and `breed` are offered on it if they exist.
    """

    first_key: int = 36  # the first drum of pad controllers and of General MIDI
    pads: int = 16
    prefix: str = ""  # of parameter ids; empty: pads have no parameters

    def parameter_id(self, pad: int, name: str) -> str:
        """Return the id of a pad's parameter of this name; pads count from 0."""
        return f"{self.prefix}{pad + 1}.{name}"


@dataclass(frozen=True)
class RibbonView:
    """A stream of codes, for a generator that is a `CodeStream`, with a loop window.

    Both parameters go from the start of the stream (their minimum) to its end (their maximum);
    either may have the larger value.
    """

    start: str  # parameter id
    end: str


View = KeyboardView | XYView | PadView | RibbonView

KINDS: dict[type[View], str] = {
    KeyboardView: "keyboard", XYView: "xy", PadView: "pads", RibbonView: "ribbon",
}  # fmt: skip


def to_json(view: View) -> dict[str, Any]:
    """Return a view as plain values, its kind included."""
    return {"kind": KINDS[type(view)], **asdict(view)}


def problem(view: View, ids: set[str]) -> str:
    """Return what is wrong with a view of a generator with these parameters; empty: nothing."""
    if isinstance(view, PadView):
        return _problem_of_pads(view, ids)
    named = list(asdict(view).values())
    unknown = [id for id in named if id not in ids]
    if unknown:
        return f"the {KINDS[type(view)]} view moves '{unknown[0]}', which is not a parameter"
    if len(set(named)) < len(named):
        return f"the {KINDS[type(view)]} view moves '{named[0]}' twice"
    return ""


def _problem_of_pads(view: PadView, ids: set[str]) -> str:
    last = view.first_key + view.pads - 1
    if not 0 <= view.first_key <= last <= 127:
        return f"the pads view has the keys {view.first_key} … {last}, expected some of 0 … 127"
    for pad in range(view.pads) if view.prefix else ():
        first = view.parameter_id(pad, "")
        if not any(id.startswith(first) for id in ids):
            return f"the pads view has a pad {pad + 1}, but no parameter begins with '{first}'"
    return ""
