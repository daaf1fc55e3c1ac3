"""Bounds of option values, for the command's checks and help and for the window's form.

Bounds are plain values by name: `least` and `most` are included, `above` and `below` are not;
`multiple_of` and `choices` are self-explanatory.
"""

import math
from collections.abc import Iterator, Mapping
from typing import Any

NAMES = "least", "most", "above", "below", "multiple_of", "choices"


def range_text(bounds: Mapping[str, Any]) -> str:
    """Return the allowed values as a phrase after 'must be'; empty: any value. [any]"""
    if "choices" in bounds:
        return f"one of {', '.join(map(str, bounds['choices']))}"
    least, most = bounds.get("least"), bounds.get("most")
    above, below = bounds.get("above"), bounds.get("below")
    multiple = [f"a multiple of {bounds['multiple_of']}"] if "multiple_of" in bounds else []
    if least is None:
        interval = [] if above is None else [f"between {above} and {below}"]
    elif most is not None:
        interval = [f"from {least} to {most}"]
    elif below is not None:
        interval = [f"from {least} up to, but not including, {below}"]
    else:
        interval = [f"at least {least}"]
    return ", ".join(multiple + interval)


def refusal(bounds: Mapping[str, Any], value: Any) -> str:
    """Return what a value must be, such as 'at least 1', if it is out of bounds; else empty.
    [any]
    """
    wanted = range_text(bounds)
    if isinstance(value, float) and not math.isfinite(value):
        if "most" in bounds or "below" in bounds:
            return wanted
        return f"{wanted} and finite" if wanted else "a finite number"
    return wanted if any(_broken(bounds, value)) else ""


def _broken(bounds: Mapping[str, Any], value: Any) -> Iterator[bool]:
    """Yield True for each bound that the value violates."""
    if "choices" in bounds:
        yield value not in bounds["choices"]
    if "least" in bounds:
        yield value < bounds["least"]
    if "most" in bounds:
        yield value > bounds["most"]
    if "above" in bounds:
        yield value <= bounds["above"]
    if "below" in bounds:
        yield value >= bounds["below"]
    if "multiple_of" in bounds:
        yield value % bounds["multiple_of"] != 0
