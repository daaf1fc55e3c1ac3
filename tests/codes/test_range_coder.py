"""The range coder restores every symbol, in as many bits as it is unlikely."""

import math

from hypothesis import example, given
from hypothesis import strategies as st

from rtaudiogen.codes.range_coder import MOST_TOTAL, RangeDecoder, RangeEncoder

Span = tuple[int, int, int]  # start, size, total


@st.composite
def spans(draw: st.DrawFn) -> Span:
    total = draw(st.one_of(st.integers(1, 5), st.integers(1, MOST_TOTAL), st.just(MOST_TOTAL)))
    start = draw(st.integers(0, total - 1))
    return start, draw(st.integers(1, total - start)), total


@given(st.lists(spans(), max_size=60))
@example([(MOST_TOTAL - 1, 1, MOST_TOTAL)] * 40)
def test_symbols_come_back_in_few_bytes(symbols: list[Span]) -> None:
    encoder = RangeEncoder()
    for symbol in symbols:
        encoder.encode(*symbol)
    payload = encoder.finish()
    decoder = RangeDecoder(payload)
    for start, size, total in symbols:
        assert start <= decoder.place(total) < start + size
        decoder.take(start, size, total)
    bits = sum(math.log2(total / size) for _, size, total in symbols)
    assert 8 * len(payload) <= bits + 0.001 * len(symbols) + 16
