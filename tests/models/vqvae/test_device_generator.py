"""The generator on a device passes the same verifier; torch computes on the CPU."""

from pathlib import Path

import numpy as np
import pytest

from rtaudiogen.models.vqvae.descriptor import Source, describe
from rtaudiogen.models.vqvae.generator import VQVAEGenerator, create
from rtaudiogen.models.vqvae.parallel import check
from rtaudiogen.models.vqvae.waveform.device_coders import DeviceDecoder

from .test_generator import (
    HOP,
    RATE,
    SETTINGS,
    Signal,
    continued,
    cut,
    noise,
    note,
    prepared,
    rendered,
)
from .untrained import INVENTIVE, REGIONS, write_untrained

pytestmark = pytest.mark.slow

ALIKE = 1e-4  # of the peak


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models")
    return write_untrained(folder / "all.safetensors", INVENTIVE, REGIONS)


def on(device: str, path: Path) -> VQVAEGenerator:
    generator = create(describe(path), RATE)
    assert isinstance(generator, VQVAEGenerator)
    generator.prepare(RATE, device)
    return generator


def assert_alike(ours: Signal, expected: Signal) -> None:
    peak = np.abs(expected).max()
    assert peak > 0.01
    np.testing.assert_allclose(ours, expected, atol=ALIKE * peak)


def test_the_check_examines_what_runs_on_the_device(
    path: Path, device: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = on(device, path)
    assert all(finding.passed for finding in check(model))
    monkeypatch.setattr(DeviceDecoder, "restore", lambda self, state: None)
    failed = [finding.name for finding in check(model) if not finding.passed]
    assert failed == ["decoder: the same across save and restore"]


@pytest.mark.parametrize("values", SETTINGS)
def test_a_generator_sounds_as_on_the_cpu(
    path: Path, device: str, values: dict[str, float]
) -> None:
    heard, models = noise(1800), (on(device, path), prepared(path))
    ours, expected = (cut(model, 1800, [441, 901], heard, values) for model in models)
    assert_alike(ours, expected)


@pytest.mark.parametrize("values", SETTINGS)
def test_however_it_is_cut_into_blocks_it_has_the_same_bits(
    path: Path, device: str, values: dict[str, float]
) -> None:
    heard, model = noise(1800), on(device, path)
    whole = cut(model, 1800, [], heard, values)
    random = np.random.default_rng(3).integers(1, 1800, 60).tolist()
    for edges in (list(range(0, 1800, 7)), random):
        model.reset(0)
        assert np.array_equal(cut(model, 1800, edges, heard, values), whole)


def test_all_that_begins_in_a_span_is_one_call(
    path: Path, device: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    model, due = on(device, path), []
    monkeypatch.setattr(
        DeviceDecoder, "decode_due", lambda self, who, *rest: due.append(who.nonzero()[0].tolist())
    )
    rendered(model, HOP, note(), note(voice=2), note(2, voice=3), source=Source.FILE)
    assert due == [[0, 1, 3], [4]], "the last one's event parts the spans"
    due.clear()
    continued(model, HOP, source=Source.FILE)
    assert due == [[0, 1, 3, 4]]


def test_a_voice_remembers_nothing_of_the_note_before(path: Path, device: str) -> None:
    model = on(device, path)
    first = rendered(model, 800, note(0, 60.0), source=Source.KEYS)
    again = continued(model, 800, note(0, 60.0), source=Source.KEYS)
    assert np.array_equal(first, again)
