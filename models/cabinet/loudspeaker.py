"""Response of a loudspeaker in its cabinet, made from a magnitude in dB."""

import numpy as np
from numpy.typing import NDArray

# a closed 4 × 12-inch cabinet, from the shape that such measurements have in common
CURVE_HZ = (20, 60, 110, 200, 400, 800, 1500, 2500, 3300, 4200, 5200, 7000, 10000, 20000)
CURVE_DB = (-40, -8, 4, 0, -3, -4, 0, 4, 5, 2, -10, -28, -40, -60)
SECONDS = 0.04
HEARD_HZ = (80.0, 6000.0)  # the range whose power is kept


def loudspeaker(sample_rate: int) -> NDArray[np.float32]:
    """Return (frames,) of a response that has the curve's magnitude and the least delay.

    The phase of the least delay is the Hilbert transform of the logarithm of the magnitude, here by
    the cepstrum (Oppenheim & Schafer 1975).
    """
    frames = round(SECONDS * sample_rate)
    size = 1 << (4 * frames).bit_length()
    hz = np.fft.rfftfreq(size, 1.0 / sample_rate)
    curve = np.interp(np.log(np.maximum(hz, 1.0)), np.log(CURVE_HZ), CURVE_DB)
    cepstrum = np.fft.irfft(curve * np.log(10.0) / 20.0)
    cepstrum[1 : size // 2] *= 2.0
    cepstrum[size // 2 + 1 :] = 0.0
    response = np.fft.irfft(np.exp(np.fft.rfft(cepstrum)))[:frames]
    fade = np.ones(frames)
    fade[frames // 2 :] = 0.5 + 0.5 * np.cos(np.linspace(0.0, np.pi, frames - frames // 2))
    return even(response * fade, sample_rate)


def even(response: NDArray[np.floating], sample_rate: int) -> NDArray[np.float32]:
    """Return a response with which pink noise is as loud after it as before.

    Measured in the range of HEARD_HZ. A response that lets nothing of it pass stays as it is.
    """
    size = 1 << max(len(response), 4096).bit_length()
    hz = np.fft.rfftfreq(size, 1.0 / sample_rate)
    band = (hz >= HEARD_HZ[0]) & (hz <= HEARD_HZ[1])
    power = np.abs(np.fft.rfft(response, size)[band]) ** 2 / hz[band]
    gain = np.sqrt(power.sum() / (1.0 / hz[band]).sum())
    return (response / gain if gain > 1e-9 else response).astype(np.float32)
