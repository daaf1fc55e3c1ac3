"""Hops and code frames that are computed ahead have the bits of those that are not."""

import numpy as np
import pytest

from rtaudiogen.events import EventKind, event
from rtaudiogen.models.vqvae.ahead import NextHop
from rtaudiogen.models.vqvae.descriptor import Source
from rtaudiogen.models.vqvae.generator import VQVAEGenerator

from .test_generator import REGIONS, Signal, continued, noise, note, prepared
from .untrained import INVENTIVE, SHAPED, write_untrained

HOPS = 12


@pytest.fixture(scope="module", params=[INVENTIVE, SHAPED], ids=["waveform", "shaped"])
def model(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> VQVAEGenerator:
    folder = tmp_path_factory.mktemp("models")
    return prepared(write_untrained(folder / "small.safetensors", request.param, REGIONS))


@pytest.fixture
def taken(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Return whether each hop that was decoded had been foreseen."""
    whole, found = NextHop.take, []

    def take(self: NextHop, *arguments: Signal) -> bool:
        found.append(whole(self, *arguments))
        return found[-1]

    monkeypatch.setattr(NextHop, "take", take)
    return found


def played(
    model: VQVAEGenerator, block: int, heard: Signal | None = None, **values: float
) -> Signal:
    """Return a note and the stream, in blocks, with a bend and another value in between."""
    model.reset(1)
    total, parts = HOPS * model.config.hop, []
    bend = 5 * model.config.hop + 3
    for start in range(0, total, block):
        frames = min(block, total - start)
        events = [note()] if start == 0 else []
        if start <= bend < start + frames:
            events.append(event(bend - start, EventKind.PITCH_BEND, value=2.0))
        here = None if heard is None else heard[start : start + frames]
        late = {"jitter": 0.5} if start >= bend // block * block else {}
        parts.append(continued(model, frames, *events, heard=here, **values | late))
    return np.concatenate(parts)


def without_looking_ahead(model: VQVAEGenerator, patch: pytest.MonkeyPatch) -> None:
    patch.setattr(model.decoder, "expect", lambda *_: None)
    patch.setattr(model.stream, "foresee_hop", lambda *_: False)


@pytest.mark.parametrize("source", list(Source))
def test_looking_ahead_changes_no_bit(
    model: VQVAEGenerator, source: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard = noise(HOPS * model.config.hop)
    values = {"source": source, "morph_to": Source.FILE, "morph": 0.3}
    block = max(1, model.config.hop // 4)
    ahead = played(model, block, heard, **values)
    without_looking_ahead(model, monkeypatch)
    np.testing.assert_array_equal(played(model, block, heard, **values), ahead)


def test_every_hop_but_the_first_is_foreseen(model: VQVAEGenerator, taken: list[bool]) -> None:
    model.reset(1)
    source = Source.FILE if model.prior is None else Source.PRIOR
    for _ in range(4 * HOPS):
        continued(model, model.config.hop // 4, source=source)
    assert taken[0] is False
    assert len(taken) == HOPS
    assert all(taken[1:])


def test_a_hop_after_a_new_timbre_is_decoded_at_once(
    model: VQVAEGenerator, taken: list[bool]
) -> None:
    model.reset(1)
    for timbre in (0.0, 1.0):
        for _ in range(8):
            continued(model, model.config.hop // 4, source=Source.FILE, timbre=timbre)
    assert taken == [False, True, False, True]


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.9])
def test_state_saved_within_a_hop_goes_on_to_the_bit(model: VQVAEGenerator, share: float) -> None:
    hop = model.config.hop
    model.reset(1)
    continued(
        model, 2 * hop + round(share * hop), note(), heard=noise(3 * hop), source=Source.PRIOR
    )
    state = model.save_state()
    after = continued(model, 3 * hop, source=Source.LIVE)
    model.reset(2)
    model.load_state(state)
    np.testing.assert_array_equal(continued(model, 3 * hop, source=Source.LIVE), after)
