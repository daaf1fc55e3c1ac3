"""Levels around a network: gains that glide, and the fade from one size to another. [render]"""

import numpy as np

from ..compiled.decorators import whole_call

GLIDE_SECONDS = 0.005
LOUDEST = 1000.0  # of an input; louder is not sound


@whole_call
def enter(heard, out, gain, goal, share):  # type: ignore[no-untyped-def]  # numba's own types
    """Set `out` (frames,) to the input with its gain, which glides; not finite becomes 0.

    `gain` (1,) is state; NaN before the first frame.
    """
    if np.isnan(gain[0]):
        gain[0] = goal
    for n in range(out.shape[0]):
        gain[0] += share * (goal - gain[0])
        value = heard[n, 0]
        if not abs(value) <= LOUDEST:
            value = np.float32(0.0)
        out[n] = np.float32(value * gain[0])


@whole_call
def leave(sound, older, out, gain, goal, share, fade, step):  # type: ignore[no-untyped-def]  # numba's own types
    """Set `out` (frames, 1) to the sound with its gain; not finite becomes 0.

    A network without a bound may overflow, hundreds of times above full scale. Its convolutions
    forget that; nothing else hears it.

    `fade` (1,), 0 … 1, is how much of the sound is heard; the rest is the older one.
    """
    if np.isnan(gain[0]):
        gain[0] = goal
    for n in range(out.shape[0]):
        gain[0] += share * (goal - gain[0])
        value = sound[n]
        if fade[0] < 1.0:
            value = np.float32(older[n] + fade[0] * (sound[n] - older[n]))
            fade[0] = min(1.0, fade[0] + step)
        value = np.float32(value * gain[0])
        out[n, 0] = value if np.isfinite(value) else np.float32(0.0)
