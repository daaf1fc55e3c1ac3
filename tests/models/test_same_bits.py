"""Shipped models render the same bits from the same seed as ever."""

import pytest

from . import same_bits


@pytest.mark.parametrize("model", same_bits.shipped())
def test_shipped_model_renders_known_bits(model: str) -> None:
    known = same_bits.table().get(same_bits.processor())
    if known is None:
        pytest.skip(f"no digests of a {same_bits.processor()}: python -m tests.models.same_bits")
    assert same_bits.digest(model) == known[model]
