"""Functions of captures as vector code: each takes vectors of frames. [render]"""

from ...compiled.vectors import Vector

# tanh(x) / x in x² for |x| ≤ 9.01, beyond which it is 1 to the last bit: nearly minimax, within
# 2.1e-8 of it, from reweighted least squares; the last digits are chosen so that roundings leave
# no bias, which many layers would add up
TOP = (1.0, 0.13380374, 0.00349481287, 2.05963061e-05, 1.33368632e-08)
BOTTOM = (1.0, 0.46713689, 0.0258740354, 0.000328436639, 7.76929937e-07)
FLAT = 9.01


def tanh(x: Vector) -> Vector:
    """Return the hyperbolic tangent, never NaN; the absolute error is below 3e-7.

    A quotient takes fewer steps, one after the other, than an exponential: a recurrent layer waits
    for them in every frame.
    """
    x = x.at_least(-FLAT).at_most(FLAT)
    square = x * x
    fourth = square * square
    top, bottom = (_polynomial(square, fourth, numbers) for numbers in (TOP, BOTTOM))
    return x * (top / bottom)


def _polynomial(square: Vector, fourth: Vector, numbers: tuple[float, ...]) -> Vector:
    """Return a polynomial of degree 4 in `square`; its parts are computed beside each other."""
    low = square.times_plus(numbers[1], numbers[0])
    high = fourth.times_plus(numbers[4], square.times_plus(numbers[3], numbers[2]))
    return fourth.times_plus(high, low)


def sigmoid(x: Vector) -> Vector:
    """Return 1 / (1 + e^-x), never NaN; the absolute error is below 3e-7."""
    return tanh(x * 0.5).times_plus(0.5, 0.5)


def copy(x: Vector) -> Vector:
    """Return x."""
    return x


def add(x: Vector, y: Vector) -> Vector:
    """Return x + y."""
    return x + y


def multiply(x: Vector, y: Vector) -> Vector:
    """Return x · y."""
    return x * y


def scale_shift(x: Vector, scale: Vector, shift: Vector) -> Vector:
    """Return x · scale + shift."""
    return x.times_plus(scale, shift)


def blend(share: Vector, x: Vector, y: Vector) -> Vector:
    """Return share · x + (1 - share) · y."""
    return share.times_plus(x - y, y)


def magnitude(x: Vector) -> Vector:
    """Return |x|."""
    return x.at_least(x * -1.0)


def fast_tanh(x: Vector) -> Vector:
    """Return the rational approximation of tanh of the reference program, within 4.4e-4."""
    a = magnitude(x)
    square = x * x
    curve = a.times_plus(0.821226666969744, 0.893229853513558)
    top = x * (curve.times_plus(square, a.times_plus(2.45550750702956, 2.45550750702956)))
    bottom = (square + 2.44506634652299).times_plus(
        magnitude((x * a).times_plus(0.814642734961073, x)), 2.44506634652299
    )
    return top / bottom


def silu(x: Vector) -> Vector:
    """Return x · sigmoid(x)."""
    return x * sigmoid(x)


def hard_swish(x: Vector) -> Vector:
    """Return x · clip(x + 3, 0, 6) / 6."""
    return x * (x + 3.0).at_least(0.0).at_most(6.0) * (1.0 / 6.0)


def soft_sign(x: Vector) -> Vector:
    """Return x / (1 + |x|)."""
    return x / (magnitude(x) + 1.0)


def linear_ends(x: Vector, low: Vector, high: Vector, below: Vector, above: Vector) -> Vector:
    """Return x within low … high; beyond them a line with the slope of that side."""
    inside = x.at_least(low).at_most(high)
    under = (x - low).at_most(0.0)
    over = (x - high).at_least(0.0)
    return under.times_plus(below, over.times_plus(above, inside))
