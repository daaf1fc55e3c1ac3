"""Shipped models render the same bits from the same seed as ever."""

import pytest

from . import same_bits


@pytest.mark.parametrize("model", same_bits.shipped())
def test_shipped_model_renders_known_bits(model: str) -> None:
    known = same_bits.table().get(same_bits.processor(), {})
    if model not in known:
        pytest.skip(f"no digest of a {same_bits.processor()}: python -m tests.models.same_bits")
    assert same_bits.digest(model) == known[model]
