"""The compiled transform against numpy's."""

import numpy as np
import pytest

from rtaudiogen.models.vqvae.shaped.fourier import transform, turns_of


@pytest.mark.parametrize("size", [1, 2, 4, 64, 512])
def test_a_transform_equals_numpys(size: int) -> None:
    random = np.random.default_rng(size)
    real, imaginary = random.standard_normal((2, size)).astype(np.float32)
    expected = np.fft.fft(real + 1j * imaginary)
    transform(turns_of(size), real, imaginary)
    np.testing.assert_allclose(real, expected.real, atol=2e-6 * size + 1e-6)
    np.testing.assert_allclose(imaginary, expected.imag, atol=2e-6 * size + 1e-6)
