"""Values of parameters as text, written and read."""

import math

from rtaudiogen.generator import Parameter


def decimals(parameter: Parameter) -> int:
    """Return the decimals that a hundredth of the range needs."""
    span = parameter.maximum - parameter.minimum
    if parameter.stepped or span <= 0:
        return 0
    return max(0, 2 - math.floor(math.log10(span)))


def value_text(parameter: Parameter, value: float) -> str:
    """Return a label if the value has one; else the number with its unit.

    A continuous value between two labels is written as the lower label plus the distance to it.
    """
    if parameter.labels:
        position = value - parameter.minimum
        below = min(math.floor(position + 1e-6), len(parameter.labels) - 1)
        rest = position - below
        label = parameter.labels[below]
        return label if rest < 0.005 else f"{label} +{rest:.2f}"
    number = f"{value:.{decimals(parameter)}f}"
    if float(number) == 0:
        number = number.lstrip("-")
    return f"{number.replace('-', '−')} {parameter.unit}".rstrip()


def extreme_texts(parameter: Parameter) -> list[str]:
    """Return texts at least as long as every text of the parameter's values."""
    if parameter.labels:
        between = "" if parameter.stepped else " +0.00"
        return [f"{label}{between}" for label in parameter.labels]
    return [value_text(parameter, value) for value in (parameter.minimum, parameter.maximum)]


def parse_value(parameter: Parameter, text: str) -> float | None:
    """Return the value of a typed number, with or without unit, or of a label's beginning.

    None: the text is neither.
    """
    text = text.strip()
    if parameter.labels and text:
        lowered = [label.lower() for label in parameter.labels]
        matches = [i for i, label in enumerate(lowered) if label == text.lower()] or [
            i for i, label in enumerate(lowered) if label.startswith(text.lower())
        ]
        if matches:
            return parameter.clamp(parameter.minimum + matches[0])
    number = text.removesuffix(parameter.unit).strip().replace("−", "-").replace(",", ".")
    try:
        value = float(number)
    except ValueError:
        return None
    return parameter.clamp(value) if math.isfinite(value) else None
