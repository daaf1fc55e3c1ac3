"""The generator on a device: the same class, contract and verifier; torch computes, on the CPU."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from rtaudiogen.errors import ProcessorLostError
from rtaudiogen.events import no_events
from rtaudiogen.models.compiled import device_call
from rtaudiogen.models.vqvae import FAMILY
from rtaudiogen.models.vqvae.descriptor import Source, describe
from rtaudiogen.models.vqvae.generator import VQVAEGenerator, create
from rtaudiogen.models.vqvae.parallel import check
from rtaudiogen.models.vqvae.waveform.device_coders import DeviceDecoder
from rtaudiogen.verification.verify import verify

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


def test_the_family_says_what_it_computes_on() -> None:
    assert FAMILY.devices == ("cpu", "cuda", "mps")


def test_the_contract_holds_on_a_device(tmp_path: Path, device: str) -> None:
    longer = replace(INVENTIVE, strides=(8, 8))  # a hop is a call, however short it is
    path = write_untrained(tmp_path / "longer.safetensors", longer, REGIONS)
    findings = verify(lambda: create(describe(path), RATE), FAMILY, device)
    assert not [f"{f.name}: {f.detail}" for f in findings if not f.passed]
    assert any("decoder: streaming equals parallel" in f.name for f in findings)


def test_the_check_examines_what_runs_on_the_device(
    path: Path, device: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = on(device, path)
    assert all(finding.passed for finding in check(model))
    monkeypatch.setattr(DeviceDecoder, "restore", lambda self, state: None)
    failed = [finding.name for finding in check(model) if not finding.passed]
    assert failed == ["decoder: the same across save and restore"]


@pytest.mark.parametrize("values", SETTINGS)
def test_it_sounds_as_on_the_cpu(path: Path, device: str, values: dict[str, float]) -> None:
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


def test_a_performance_moves_to_the_device_and_back(path: Path, device: str) -> None:
    values, heard = SETTINGS[0], noise(1800)
    here, there, expected = prepared(path), on(device, path), prepared(path)
    whole = cut(expected, 1800, [900, 1401], heard, values)
    parts = [cut(here, 900, [], heard, values)]
    there.load_state(here.save_state())
    parts.append(cut(there, 1401, [], heard, values, 900))
    here.load_state(there.save_state())
    parts.append(cut(here, 1800, [], heard, values, 1401))
    assert_alike(np.concatenate(parts), whole)


def test_prepared_for_another_processor_it_begins_anew(path: Path, device: str) -> None:
    model, fresh = prepared(path), prepared(path)
    expected = rendered(fresh, 400, note())
    rendered(model, 300, note())
    model.prepare(RATE, device)
    assert isinstance(model.decoder, DeviceDecoder)
    assert not model.voice_levels().any()
    assert_alike(rendered(model, 400, note()), expected)
    model.prepare(RATE, "cpu")
    assert np.array_equal(rendered(model, 400, note()), expected)


def test_a_device_that_goes_in_the_middle_is_told_as_lost(
    path: Path, device: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = on(device, path)
    rendered(model, 100)

    def broken(*_: object) -> None:
        raise RuntimeError("CUDA error: an illegal memory access was encountered")

    monkeypatch.setattr(device_call.Exchange, "send", broken)
    out = np.zeros((HOP + 1, 1), np.float32)
    with pytest.raises(ProcessorLostError, match="illegal memory access"):
        model.render(out, model.descriptor.defaults(), no_events())


def test_on_the_cpu_it_plays_without_torch(path: Path) -> None:
    code = (
        "import sys, numpy as np; from pathlib import Path;"
        "from rtaudiogen.models.vqvae.descriptor import describe;"
        "from rtaudiogen.models.vqvae.generator import create;"
        "from rtaudiogen.events import no_events;"
        f"g = create(describe(Path({str(path)!r})), {RATE}); g.prepare(64);"
        "g.render(np.zeros((64, 1), np.float32), g.descriptor.defaults(), no_events());"
        "print('torch' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
