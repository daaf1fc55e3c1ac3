"""Drums beside a WaveNet and a VQ-VAE in one engine, struck through a real MIDI port."""

from pathlib import Path

import pytest

from rtaudiogen import registry
from rtaudiogen.errors import UsageError

from ...models.wavegan.untrained import write_untrained
from .latency import ALLOWANCE_FRAMES, measure

pytestmark = [pytest.mark.jack, pytest.mark.soak, pytest.mark.usefixtures("jack_command")]

BLOCK_FRAMES = 128
BESIDE = ("wavenet-keys-strings", "vqvae-music")
ROUNDS = 4  # a pause of the machine may spoil a round, not all of them
AUDIBLE = 0.05  # peak


def drums(folder: Path) -> str:
    """Return the shipped model, or one with random weights."""
    try:
        return registry.find("wavegan-drums").id
    except UsageError:
        return str(write_untrained(folder / "drums.safetensors"))


@pytest.mark.parametrize("ring_ms", [10, 80])
def test_every_hit_sounds_a_block_after_its_key_beside_others(ring_ms: int, tmp_path: Path) -> None:
    model, limit = drums(tmp_path), BLOCK_FRAMES + ALLOWANCE_FRAMES
    for _ in range(ROUNDS):
        facts = measure(model, "--beside", *BESIDE, block_frames=BLOCK_FRAMES, ring_ms=ring_ms)
        if facts["lost"] == 0 and facts["maximum_frames"] <= limit:
            break
    assert facts["lost"] == facts["replays"] == 0, facts
    assert BLOCK_FRAMES <= facts["median_frames"] <= facts["maximum_frames"] <= limit, facts
    assert min(facts["beside"]) > AUDIBLE, facts
