"""Several channels and ports of one slot, played through a real instrument."""

import numpy as np
import pytest
from numpy.typing import NDArray

from rtaudiogen import offline
from rtaudiogen.generator import Audio
from rtaudiogen.midi import TimedMessage, to_events
from rtaudiogen.models.sine import SINE

RATE = 16000
SOFT = {"attack": 1.0, "vibrato": 0.0}


def rendered(*messages: tuple[float, int, int, int] | tuple[float, int, int, int, int]) -> Audio:
    score = sorted((TimedMessage(*m) for m in messages), key=lambda m: m.seconds)
    return offline.render(
        offline.RenderRequest([SINE], 1.0, RATE, settings=SOFT, events=to_events(score, RATE))
    )


def level(signal: NDArray[np.float32], key: float) -> float:
    """Return the amplitude of a key's sine in the last half second, (frames,)."""
    part = signal[RATE // 2 :] * np.hanning(RATE - RATE // 2) * 2
    hertz = 440.0 * 2 ** ((key - 69) / 12)
    turns = np.exp(-2j * np.pi * hertz * np.arange(len(part)) / RATE)
    return float(2 * abs(turns @ part) / len(part))


def test_two_channels_bend_by_their_own_ranges() -> None:
    ranges = [
        (0.0, 0xB0 | channel, number, value)
        for channel, semitones in ((0, 12), (1, 2))
        for number, value in ((101, 0), (100, 0), (6, semitones))
    ]
    out = rendered(*ranges, (0.0, 0x90, 60, 127), (0.0, 0x91, 84, 127), (0.1, 0xE0, 0, 0))[:, 0]
    assert level(out, 48) > 0.1 > 0.01 > level(out, 60)
    assert level(out, 84) > 0.1


def test_a_reset_of_channel_16_leaves_channel_1_bent() -> None:
    out = rendered((0.0, 0xE0, 0, 0), (0.0, 0x90, 60, 127), (0.2, 0xBF, 121, 0))[:, 0]
    assert level(out, 58) > 0.1 > 0.01 > level(out, 60)


def test_all_notes_off_of_one_port_leaves_the_other_playing() -> None:
    out = rendered((0.0, 0x90, 60, 127), (0.0, 0x90, 72, 127, 1), (0.1, 0xB0, 123, 0, 1))[:, 0]
    assert level(out, 60) > 0.1 > 0.001 > level(out, 72)


def test_an_mpe_chord_bends_apart() -> None:
    zone = [(0.0, 0xB0, n, v) for n, v in ((101, 0), (100, 6), (6, 15))]
    bends = [(0.1, 0xE1, 0, 64 + 8), (0.1, 0xE2, 0, 64 - 8)]  # an eighth of 48 semitones
    out = rendered(*zone, (0.0, 0x91, 60, 127), (0.0, 0x92, 72, 127), *bends)[:, 0]
    assert min(level(out, 66), level(out, 66)) > 0.1
    assert max(level(out, 60), level(out, 72)) < 0.01


@pytest.mark.parametrize(("number", "value"), [(7, 64), (11, 100), (7, 0)])
def test_volume_is_its_channels(number: int, value: int) -> None:
    notes = [(0.0, 0x90, 60, 127), (0.0, 0x91, 84, 127)]
    plain, out = rendered(*notes)[:, 0], rendered(*notes, (0.1, 0xB0, number, value))[:, 0]
    assert level(out, 60) / level(plain, 60) == pytest.approx((value / 127) ** 2, abs=1e-3)
    assert level(out, 84) == pytest.approx(level(plain, 84), rel=1e-3)


def test_pan_keeps_the_power_and_takes_only_its_channel() -> None:
    notes = [(0.0, 0x90, 60, 127), (0.0, 0x91, 84, 127)]
    plain, out = rendered(*notes), rendered(*notes, (0.0, 0xB0, 10, 0), (0.0, 0xB1, 10, 127))
    assert level(out[:, 0], 60) == pytest.approx(np.sqrt(2) * level(plain[:, 0], 60), rel=1e-3)
    assert level(out[:, 1], 60) < 1e-6
    assert level(out[:, 0], 84) < 1e-6


def test_a_side_hears_its_own_channel_bit_for_bit() -> None:
    mine = [(0.0, 0xB0, 10, 0), (0.0, 0x90, 60, 127), (0.3, 0xE0, 0, 90), (0.5, 0xB0, 1, 99)]
    others = [(0.1, 0x91, 72, 90), (0.2, 0xE1, 0, 0), (0.4, 0xB1, 7, 30), (0.6, 0xB1, 121, 0)]
    alone = rendered(*mine)
    both = rendered(*mine, (0.0, 0xB1, 10, 127), *others)
    assert both[:, 0].tobytes() == alone[:, 0].tobytes()


def test_block_sizes_change_nothing_of_many_channels() -> None:
    messages = [(0.05 * c, 0x90 | c, 60 + c, 99, c % 3) for c in range(12)]
    messages += [(0.3 + 0.01 * c, 0xE0 | c, 0, 8 * c, c % 3) for c in range(12)]
    messages += [(0.4 + 0.01 * c, 0xB0 | c, 7 + c % 5, 9 * c, c % 3) for c in range(12)]
    events = to_events([TimedMessage(*m) for m in messages], RATE)
    one, other = (
        offline.render(offline.RenderRequest([SINE], 0.7, RATE, events=events, block_frames=n))
        for n in (1024, 37)
    )
    assert one.tobytes() == other.tobytes()
