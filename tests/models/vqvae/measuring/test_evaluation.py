"""The numbers of a VQ-VAE, measured with the shipped codec beside codecs of known quality."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from rtaudiogen.models.measuring import codecs
from rtaudiogen.models.measuring.audio_metrics import has_pesq, level_db
from rtaudiogen.models.measuring.codecs import REFERENCE_CODECS, opus_packet_bytes
from rtaudiogen.models.vqvae.config import VQVAEConfig
from rtaudiogen.models.vqvae.learning.corpus import Sound
from rtaudiogen.models.vqvae.measuring.evaluation import evaluate, passages, rival_row

from ..untrained import SMALL, write_untrained

RATE = 16000
Signal = NDArray[np.float32]
SPOKEN = VQVAEConfig(**{**vars(SMALL), "strides": (2, 4, 5)})


def babble(seconds: float, pitch: float = 120.0) -> Signal:
    """Return imitated speech: a gliding voice in syllables."""
    time = np.arange(int(seconds * RATE)) / RATE
    phase = 2 * np.pi * np.cumsum(pitch + 20 * np.sin(2 * np.pi * 0.7 * time)) / RATE
    voice = np.sum([np.sin(n * phase) / n for n in range(1, 30)], axis=0)
    return (0.2 * voice * np.clip(np.sin(2 * np.pi * 3 * time), 0, None)).astype(np.float32)


@pytest.fixture
def speech(tmp_path: Path) -> Path:
    """Write a folder of four speakers with six sounds each."""
    for speaker, pitch in (("ada", 210), ("bob", 110), ("cid", 90), ("dot", 180)):
        (tmp_path / "speech" / speaker).mkdir(parents=True)
        for take in range(6):
            path = tmp_path / "speech" / speaker / f"{take}.wav"
            soundfile.write(path, babble(1.5, pitch + 3 * take), RATE)
    return tmp_path / "speech"


def installed(*programs: str) -> pytest.MarkDecorator:
    missing = not all(map(shutil.which, programs))
    return pytest.mark.skipif(missing, reason=f"{programs[0]} is not installed")


def test_evaluate_gives_a_row_for_every_bit_rate_and_every_rival(
    tmp_path: Path, speech: Path
) -> None:
    model = write_untrained(tmp_path / "model.safetensors", SPOKEN)
    numbers = evaluate(model, speech, seconds=3.0)
    assert json.loads(json.dumps(numbers)) == numbers, "plain values"
    assert numbers["bits_per_second"] == 400 * 3 * 5
    assert 2.0 < numbers["held_out_seconds"] <= 3.0
    assert numbers["encoder_real_time_factor"] > 0
    assert numbers["decoder_real_time_factor"] > 0
    rows = numbers["quality"]
    assert [row["bit/s"] for row in rows[:3]] == [2000, 4000, 6000]
    assert [row["codec"].split(":")[0] for row in rows[3:]] == [
        *(rival.name for rival in REFERENCE_CODECS), "the original as 8 kHz",
    ]  # fmt: skip
    assert all(row.keys() == rows[0].keys() for row in rows)
    wanted = {
        "STOI", "mel distance", "STFT distance", "SI-SDR dB", "undefined", "pitch errors %",
        "voicing errors %", "whistles dB",
    }  # fmt: skip
    wanted |= {"PESQ-wb", "PESQ-nb"} if has_pesq() else set()
    assert set(rows[0]) == {"codec", "bit/s"} | wanted
    assert rows[-1]["STOI"] > 0.9
    assert rows[-1]["mel distance"] < rows[0]["mel distance"]


def test_evaluate_counts_the_codes_and_raises_the_alarm(tmp_path: Path, speech: Path) -> None:
    numbers = evaluate(write_untrained(tmp_path / "model.safetensors", SPOKEN), speech, seconds=2.0)
    assert [row["stage"] for row in numbers["codebooks"]] == [1, 2, 3]
    for row in numbers["codebooks"]:
        for where in ("in training", "held out"):
            assert row[f"used {where}"] + row[f"dead {where}"] == row["codes"] == SPOKEN.codes
            assert 1 <= row[f"perplexity {where}"] <= row[f"used {where}"]
    counted = numbers["code_frames_counted"]
    assert counted["held out"] == pytest.approx(400 * numbers["held_out_seconds"], rel=0.05)
    low = [row for row in numbers["codebooks"] if row["perplexity in training"] < 3.2]
    assert bool(numbers["alarm"]) == bool(low)


def test_a_model_of_other_sounds_is_not_judged_as_speech(tmp_path: Path, speech: Path) -> None:
    config = VQVAEConfig(**{**vars(SMALL), "sample_rate": 22050})
    numbers = evaluate(write_untrained(tmp_path / "m.safetensors", config), speech, seconds=2.0)
    assert set(numbers["quality"][0]) == {
        "codec", "bit/s", "mel distance", "STFT distance", "SI-SDR dB", "undefined", "whistles dB",
    }  # fmt: skip
    assert not any("Codec 2" in row["codec"] for row in numbers["quality"])


def test_passages_are_spread_over_labels_and_cut_to_length() -> None:
    def sounds(label: str, count: int, level: float) -> list[Sound]:
        signal = np.full(RATE, level, np.float32)
        return [Sound(signal, label, Path(f"{label}{n}")) for n in range(count)]

    corpus = [*sounds("many", 40, 0.1), *sounds("few", 2, 0.2), *sounds("one", 1, 0.3)]
    chosen = passages(corpus, 20.0, RATE)
    assert all(len(passage) <= 8 * RATE for passage in chosen)
    assert {round(float(passage.max()), 1) for passage in chosen[:3]} == {0.1, 0.2, 0.3}
    assert 19 * RATE < sum(map(len, chosen)) <= 20 * RATE
    again = passages(corpus, 20.0, RATE)
    assert all(np.array_equal(a, b) for a, b in zip(chosen, again, strict=True))
    assert sum(map(len, passages(corpus, 0.5, RATE))) == RATE // 2


@installed("opusenc", "opusdec")
def test_opus_comes_back_in_time_at_the_bits_it_says(tmp_path: Path) -> None:
    coded = REFERENCE_CODECS[0].code(babble(6.0), RATE, tmp_path)
    assert len(coded.signal) == 6 * RATE
    assert 4000 < coded.bits_per_second < 8000
    row = rival_row(REFERENCE_CODECS[0], [babble(6.0), babble(5.0, 200)], RATE, {})
    assert 4000 < row["bit/s"] < 8000
    stream = (tmp_path / "coded.opus").read_bytes()
    assert 0.3 * len(stream) < opus_packet_bytes(stream) < 0.95 * len(stream)


@installed("c2enc", "c2dec")
@pytest.mark.parametrize(("index", "bits"), [(1, 3200), (2, 1200)])
def test_codec_2_comes_back_as_loud_at_its_bit_rate(tmp_path: Path, index: int, bits: int) -> None:
    coded = REFERENCE_CODECS[index].code(babble(6.0), RATE, tmp_path)
    assert coded.bits_per_second == pytest.approx(bits, rel=0.02)
    assert level_db(coded.signal) == pytest.approx(level_db(babble(6.0)), abs=4)


def test_a_codec_that_is_not_installed_is_named_and_left_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(codecs.shutil, "which", lambda program: None)
    row = rival_row(REFERENCE_CODECS[0], [babble(1.0)], RATE, {"STOI": lambda *_: 1.0})
    assert row["codec"] == "Opus at 6 kbit/s: not run (opus-tools is not installed)"
    assert (row["bit/s"], row["STOI"]) == (None, None)
