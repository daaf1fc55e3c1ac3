"""Random numbers are addressed by stream and position."""

import numpy as np

from rtaudiogen.models.compiled.random_numbers import fill_uniforms, uniform

SPLITMIX64_OF_0 = (0xE220A8397B1DCDAF, 0x6E789E6AA1B965F4, 0x06C45D188009454F)  # as published


def test_numbers_equal_those_of_the_published_generator() -> None:
    expected = [(number >> 40) / 2**24 for number in SPLITMIX64_OF_0]
    assert [uniform(np.uint64(0), k) for k in range(3)] == expected


def test_a_row_of_them_is_the_same_wherever_it_begins() -> None:
    whole, part = np.zeros(20, np.float32), np.zeros(5, np.float32)
    fill_uniforms(np.uint64(2**64 - 1), 100, whole)
    fill_uniforms(np.uint64(2**64 - 1), 110, part)
    np.testing.assert_array_equal(part, whole[10:15])
    assert (whole >= 0).all()
    assert (whole < 1).all()
    assert len(np.unique(whole)) == 20
