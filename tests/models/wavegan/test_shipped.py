"""Properties of the shipped model that a drummer may rely on."""

import numpy as np
import pytest
from numpy.typing import NDArray

from rtaudiogen.generator import Descriptor
from rtaudiogen.midi import TimedMessage, to_events
from rtaudiogen.models.oneshot.pads import FIRST_KEY, PADS
from rtaudiogen.models.wavegan.descriptor import builtin
from rtaudiogen.models.wavegan.sampling import sample
from rtaudiogen.offline import RenderRequest, render
from rtaudiogen.registry import create
from rtaudiogen.verification.verify import verify

pytestmark = pytest.mark.slow
RATE = 16000
LARGEST_BYTES = 12_000_000
Signal = NDArray[np.float32]


@pytest.fixture(scope="module")
def drums() -> Descriptor:
    return next(model for model in builtin() if model.id == "wavegan-drums")


def struck(drums: Descriptor, keys: list[int], **settings: float) -> list[Signal]:
    """Return (frames,): a second after each key, at the model's rate."""
    notes = [TimedMessage(float(at), 0x90, key, 100) for at, key in enumerate(keys)]
    values = {id.replace("_of_", "."): value for id, value in settings.items()}
    sound = render(
        RenderRequest(
            [drums], float(len(keys)), RATE, seed=1, settings=values, events=to_events(notes, RATE)
        )
    )
    return list(sound[:, 0].reshape(len(keys), RATE))


def centroid_hz(signal: Signal) -> float:
    power = np.square(np.abs(np.fft.rfft(signal)))
    return float((power * np.fft.rfftfreq(len(signal), 1 / RATE)).sum() / power.sum())


def pictures(signals: list[Signal]) -> NDArray[np.float64]:
    """Return (hits, …) logarithmic spectra over time."""
    windows = np.stack(signals)[:, : RATE // 2].reshape(len(signals), -1, 250) * np.hanning(250)
    return np.log10(np.abs(np.fft.rfft(windows)) + 0.03)


def test_a_shipped_model_keeps_the_contract(drums: Descriptor) -> None:
    assert [f for f in verify(lambda: create(drums, RATE)) if not f.passed] == []


def test_the_shipped_model_is_small_and_names_its_training(drums: Descriptor) -> None:
    assert drums.path is not None
    assert drums.path.stat().st_size < LARGEST_BYTES
    assert drums.licence
    assert drums.facts["sources"]
    assert drums.facts["steps"] > 1000


def test_every_pad_sounds_at_once_and_at_full_level(drums: Descriptor) -> None:
    for hit in struck(drums, list(range(FIRST_KEY, FIRST_KEY + PADS))):
        level = np.abs(hit)
        assert 0.05 < level.max() <= 1.0
        begins = np.argmax(level > 0.03 * level.max()) / RATE
        assert begins < 0.004, "of which the resampler and the limiter have some"
        assert np.isfinite(hit).all()


def test_kicks_are_low_and_hats_are_high(drums: Descriptor) -> None:
    kick, snare, hat = (
        float(np.median([centroid_hz(hit) for hit in struck(drums, [key] * 9)]))
        for key in (36, 38, 42)
    )
    assert kick < 500
    assert hat > 2500
    assert kick < snare < hat


def test_a_pad_varies_as_far_as_its_spread(drums: Descriptor) -> None:
    differences = []
    for spread in (0.0, 0.3, 1.0):
        seen = pictures(struck(drums, [38] * 8, pad3_of_spread=spread))
        differences.append(float(np.abs(seen[:-1] - seen[1:]).mean()))
    still, near, anywhere = differences
    assert still < 1e-3
    assert still < near < anywhere


def test_one_shots_of_every_class_are_sounds_of_their_own(drums: Descriptor) -> None:
    classes = create(drums, RATE).packed.config.classes
    for kind in classes:
        shots = [shot.signal for shot in sample(drums, kind, range(6), 1.0, 0)]
        assert all(0.2 < np.abs(shot).max() <= 1.0 for shot in shots)
        assert len({shot.tobytes() for shot in shots}) == 6
