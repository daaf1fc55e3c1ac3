"""A folder of one-shots is checked and split before training."""

import csv
from pathlib import Path

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from rtaudiogen.errors import RtAudioGenError, UsageError
from rtaudiogen.models.oneshot.judging.corpus import Corpus, read
from rtaudiogen.models.oneshot.judging.dataset import SHIFTS_SEMITONES, BatchSource

RATE, FRAMES = 16000, 8192


def burst(seconds: float, seed: int = 0, silence_seconds: float = 0.0) -> NDArray[np.float32]:
    """Return decaying noise after a silence."""
    frames = round(seconds * RATE)
    noise = np.random.default_rng(seed).standard_normal(frames)
    sound = 0.4 * noise * np.exp(-np.arange(frames) / (0.2 * frames))
    sound[0] = 0.9
    return np.concatenate([np.zeros(round(silence_seconds * RATE)), sound]).astype(np.float32)


def save(path: Path, sound: NDArray[np.float32], rate: int = RATE) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, sound, rate)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, count in (("kick", 16), ("snare", 12)):
        for take in range(count):
            save(tmp_path / "drums" / name / f"{name}-{take % 8}-{take}.wav", burst(0.1, take))
    return tmp_path / "drums"


def told(folder: Path) -> tuple[Corpus, str]:
    lines: list[str] = []
    return read(folder, RATE, FRAMES, lines.append), "\n".join(lines)


def test_sub_folders_are_classes_and_each_is_held_out_from(folder: Path) -> None:
    corpus, lines = told(folder)
    assert corpus.classes == ("kick", "snare")
    assert "28 hits in 2 classes" in lines
    assert "kick 16, snare 12" in lines
    assert len(corpus.training) + len(corpus.held_out) == 28
    assert set(corpus.held_out.classes.tolist()) == {0, 1}
    assert corpus.training.signals.shape[1] == FRAMES


def test_takes_of_one_drum_stay_on_one_side(tmp_path: Path) -> None:
    time = np.arange(RATE // 8) / RATE
    for drum in range(8):
        for take in range(3):
            tone = np.sin(2 * np.pi * (300 + 100 * drum) * time) * np.exp(-(9 + take) * time)
            save(tmp_path / f"drum{drum}-{take}.wav", tone.astype(np.float32))
    corpus, _ = told(tmp_path)
    learnt, spared = (
        {
            round(pitch / 100)
            for pitch in np.abs(np.fft.rfft(hits.signals)).argmax(1) * RATE / FRAMES
        }
        for hits in (corpus.training, corpus.held_out)
    )
    assert len(corpus.held_out) == 3
    assert len(spared) == 1
    assert learnt | spared == set(range(3, 11))
    assert not learnt & spared


def test_the_split_is_stable_and_a_new_file_moves_no_other(folder: Path) -> None:
    before, _ = told(folder)
    save(folder / "snare" / "zz-new-99.wav", burst(0.1, 99))
    after, _ = told(folder)
    spared = {hit.tobytes() for hit in before.held_out.signals}
    assert spared & {hit.tobytes() for hit in after.held_out.signals} == spared


def test_a_late_onset_is_cut_and_said(folder: Path) -> None:
    save(folder / "kick" / "late-1.wav", burst(0.1, 50, silence_seconds=0.2))
    corpus, lines = told(folder)
    assert "1 of 29 begin late: cut to their onset" in lines
    for hits in (corpus.training, corpus.held_out):
        onsets = (np.abs(hits.signals) > 0.01).argmax(axis=1)
        assert onsets.max() <= 0.002 * RATE


def test_a_long_hit_is_faded_out_and_said(folder: Path) -> None:
    long = 0.5 * np.ones(2 * RATE, np.float32) * np.sin(np.arange(2 * RATE) * 0.3)
    save(folder / "kick" / "long-1.wav", long.astype(np.float32))
    corpus, lines = told(folder)
    assert "1 of 29 are longer than 0.51 s: faded out there" in lines
    for hits in (corpus.training, corpus.held_out):
        assert np.abs(hits.signals[:, -4:]).max() < 1e-3


def test_all_hits_come_out_at_full_level_without_dc(folder: Path) -> None:
    save(folder / "kick" / "quiet-1.wav", (0.01 * burst(0.1, 3) + 0.2).astype(np.float32))
    corpus, _ = told(folder)
    for hits in (corpus.training, corpus.held_out):
        np.testing.assert_allclose(np.abs(hits.signals).max(axis=1), 0.89, atol=0.01)
        assert np.abs(hits.signals.mean(axis=1)).max() < 0.01


def test_unusable_sounds_are_left_out_and_reported(folder: Path) -> None:
    save(folder / "kick" / "silent.wav", np.zeros(RATE, np.float32))
    save(folder / "kick" / "short.wav", burst(0.005))
    (folder / "kick" / "broken.wav").write_bytes(b"RIFF no sound")
    corpus, lines = told(folder)
    assert len(corpus.training) + len(corpus.held_out) == 28
    assert "1 of 31 left out: silent" in lines
    assert "1 of 31 left out: shorter than 0.01 s" in lines
    assert "1 of 31 left out: no sound file inside" in lines


def test_a_stereo_file_of_another_rate_is_converted(folder: Path) -> None:
    time = np.arange(44100) / 44100
    tone = np.sin(2 * np.pi * 440 * time) * np.exp(-8 * time)
    save(folder / "kick" / "stereo-1.wav", np.stack([tone, tone], 1).astype(np.float32), 44100)
    corpus, _ = told(folder)
    everything = np.concatenate([corpus.training.signals, corpus.held_out.signals])
    spectra = np.abs(np.fft.rfft(everything, axis=1))
    peaks = spectra.argmax(axis=1) * RATE / FRAMES
    assert np.abs(peaks - 440).min() < 5


def test_few_hits_are_warned_of_and_too_few_refused(tmp_path: Path) -> None:
    for take in range(7):
        save(tmp_path / f"{take}.wav", burst(0.1, take))
    with pytest.raises(RtAudioGenError, match="only 7 usable sounds; expected at least 8"):
        read(tmp_path, RATE, FRAMES, lambda line: None)
    save(tmp_path / "8.wav", burst(0.1, 8))
    corpus, lines = told(tmp_path)
    assert "WARNING: only 8 hits" in lines
    assert len(corpus.classes) == 1


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no such folder"):
        read(tmp_path / "nothing", RATE, FRAMES, lambda line: None)


def test_guessed_labels_and_other_rates_of_a_table_are_left_out(folder: Path) -> None:
    paths = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.wav"))
    save(folder / "44k" / Path(paths[0]), burst(0.1), 44100)
    with (folder / "metadata.csv").open("w", newline="") as file:
        table = csv.writer(file)
        table.writerow(["file", "class", "label_src", "source", "licence"])
        for number, path in enumerate(paths):
            guessed = "auto" if number == 5 else "name"
            table.writerow([path, path.split("/")[0], guessed, "kit", "CC0"])
        table.writerow([f"44k/{paths[0]}", "kick", "name", "kit", "CC0"])
    corpus, lines = told(folder)
    assert "1 of 29 left out: their class is only a guess" in lines
    assert len(corpus.training) + len(corpus.held_out) == 27
    assert set(corpus.training.sources) == {"CC0 (kit)"}


def test_fillers_are_learnt_from_less_and_never_held_out(folder: Path) -> None:
    paths = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.wav"))
    with (folder / "metadata.csv").open("w", newline="") as file:
        table = csv.writer(file)
        table.writerow(["file", "class", "source"])
        for number, path in enumerate(paths):
            table.writerow([path, path.split("/")[0], "dsp-synth" if number % 2 else "kit"])
    corpus, _ = told(folder)
    assert corpus.training.synthetic.sum() == 14
    assert not corpus.held_out.synthetic.any()
    draws = BatchSource(corpus.training, RATE, 4)
    real = draws._chance[~corpus.training.synthetic & (corpus.training.classes == 0)]
    filler = draws._chance[corpus.training.synthetic & (corpus.training.classes == 0)]
    np.testing.assert_allclose(filler[0] / real[0], 0.3)


def test_batches_follow_their_generator_and_have_the_right_shape(folder: Path) -> None:
    corpus, _ = told(folder)
    draws = BatchSource(corpus.training, RATE, 4)
    first, again, other = (draws.draw(np.random.default_rng(s), 3, 5) for s in (1, 1, 2))
    assert first.real.shape == (3, 5, FRAMES)
    assert first.classes.shape == (3, 5)
    assert first.latent.shape == (3, 5, 4)
    assert all(np.array_equal(a, b) for a, b in zip(first, again, strict=True))
    assert not np.array_equal(first.real, other.real)
    assert np.abs(first.real).max() <= 0.9
    assert np.isfinite(first.real).all()


def test_a_shifted_hit_has_another_pitch_and_nothing_else(tmp_path: Path) -> None:
    time = np.arange(RATE // 4) / RATE
    for take in range(8):
        tone = np.sin(2 * np.pi * 1000 * time) * np.exp(-10 * time) * (1 - take / 100)
        save(tmp_path / f"{take}.wav", tone.astype(np.float32))
    corpus = read(tmp_path, RATE, FRAMES, lambda line: None)
    draws = BatchSource(corpus.training, RATE, 4)
    for semitones, shifted in zip(SHIFTS_SEMITONES, draws._shifted, strict=True):
        spectrum = np.abs(np.fft.rfft(shifted[0], 1 << 16))
        pitch = spectrum.argmax() * RATE / (1 << 16)
        assert pitch == pytest.approx(1000 * 2 ** (semitones / 12), rel=0.005)


def test_neighbours_in_a_batch_are_of_one_class(folder: Path) -> None:
    corpus, _ = told(folder)
    draws = BatchSource(corpus.training, RATE, 4)
    batch = draws.draw(np.random.default_rng(3), 2, 31)
    assert batch.classes.shape == (2, 31)
    pairs = batch.classes[:, :30].reshape(-1, 2)
    assert (pairs[:, 0] == pairs[:, 1]).all()
    assert len(set(pairs[:, 0].tolist())) == 2
