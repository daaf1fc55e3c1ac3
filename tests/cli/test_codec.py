"""`encode` and `decode` restore a sound of any length, or refuse it in one line."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile
import soxr
from numpy.typing import NDArray

from rtaudiogen import registry
from rtaudiogen.codes.codec import digest, encode_file, open_codec, read_sound
from rtaudiogen.model_file import ModelHeader, write_model
from rtaudiogen.models.sine import FAMILY as SINE
from rtaudiogen.models.vqvae import FAMILY as VQVAE_FAMILY
from rtaudiogen.models.vqvae.config import VQVAEConfig
from rtaudiogen.models.vqvae.layers import folded
from rtaudiogen.models.vqvae.waveform.network import VQVAE
from rtaudiogen.sounds.reader import BLOCK_FRAMES

from . import eight_bits
from .conftest import Done, Run
from .eight_bits import RATE, STEPS, write_codec

STEP = 1 / STEPS
FAILED, BAD_USAGE = 1, 2


@pytest.fixture(autouse=True)
def families(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Install a family that is a codec and one that is not, and write a model for the user."""
    found = {"eight-bits": eight_bits.FAMILY, "sine": SINE}
    monkeypatch.setattr(registry, "families", lambda: (found, ()))
    return write_codec(folder.with_name("home") / "models" / "plain.safetensors")


def noise(frames: int, channels: int = 1, seed: int = 0) -> NDArray[np.float32]:
    shape = (frames, channels) if channels > 1 else frames
    return np.random.default_rng(seed).uniform(-0.9, 0.9, shape).astype(np.float32)


def there_and_back(run_here: Run, folder: Path, name: str) -> tuple[NDArray[np.float32], Done]:
    encoded = run_here("encode", name, "out.rtac", "--model", "plain", "--overwrite")
    assert encoded.returncode == 0, encoded.stderr
    decoded = run_here("decode", "out.rtac", "out.wav", "--overwrite")
    assert decoded.returncode == 0, decoded.stderr
    signal, rate = soundfile.read(folder / "out.wav", dtype="float32")
    assert rate == RATE
    return signal, encoded


@pytest.mark.parametrize("frames", [1, 3, 4, 5, 16000, 2 * BLOCK_FRAMES + 1])
def test_a_decoded_sound_has_its_length_and_is_half_a_step_off(
    run_here: Run, folder: Path, frames: int
) -> None:
    sound = noise(frames)
    soundfile.write(folder / "in.wav", sound, RATE, subtype="FLOAT")
    back, _ = there_and_back(run_here, folder, "in.wav")
    assert back.shape == sound.shape
    np.testing.assert_allclose(back, sound, atol=STEP / 2 + 1e-6)


@pytest.mark.parametrize(
    ("name", "subtype"),
    [("in.wav", "PCM_24"), ("in.flac", "PCM_24"), ("in.aiff", "PCM_16"), ("in.ogg", "VORBIS")],
)
def test_any_format_is_read(run_here: Run, folder: Path, name: str, subtype: str) -> None:
    tone = 0.5 * np.sin(2 * np.pi * 440 * np.arange(20001) / RATE)
    soundfile.write(folder / name, tone, RATE, subtype=subtype)
    back, encoded = there_and_back(run_here, folder, name)
    assert encoded.stderr == ""
    assert len(back) == 20001
    assert np.abs(back - tone).mean() < STEP


@pytest.mark.parametrize("rate", [8000, 11025, 44100, 48000, 96000])
@pytest.mark.parametrize("frames", [1, 1001, 200_003])
def test_any_rate_is_converted_and_the_length_kept(
    run_here: Run, folder: Path, rate: int, frames: int
) -> None:
    sound = 0.5 * noise(frames)
    soundfile.write(folder / "in.wav", sound, rate, subtype="FLOAT")
    back, encoded = there_and_back(run_here, folder, "in.wav")
    assert len(back) == max(1, round(frames * RATE / rate))
    whole = soxr.resample(sound, rate, RATE, "VHQ")
    both = min(len(whole), len(back))
    np.testing.assert_allclose(back[:both], np.clip(whole[:both], -1, 1), atol=1.5 * STEP)
    notices = encoded.stderr.splitlines()
    assert len(notices) == (rate < RATE)
    assert all(f"no sound above {rate // 2} Hz" in notice for notice in notices)


def test_stereo_is_mixed_and_it_says_so(run_here: Run, folder: Path) -> None:
    sound = noise(5000, channels=2)
    soundfile.write(folder / "in.wav", sound, RATE, subtype="FLOAT")
    back, encoded = there_and_back(run_here, folder, "in.wav")
    np.testing.assert_allclose(back, sound.mean(axis=1), atol=STEP)
    (notice,) = encoded.stderr.splitlines()
    assert "2 channels are mixed" in notice


def test_silence_stays_silence(run_here: Run, folder: Path) -> None:
    soundfile.write(folder / "in.wav", np.zeros(1234, np.float32), RATE)
    back, _ = there_and_back(run_here, folder, "in.wav")
    assert np.array_equal(back, np.zeros(1234))


def test_encode_says_how_long_how_many_bits_and_how_much_smaller(
    run_here: Run, folder: Path
) -> None:
    soundfile.write(folder / "in.wav", noise(10 * RATE), RATE)
    arguments = ("encode", "in.wav", "out.rtac", "--model", "plain", "--stages", "2")
    facts = json.loads(run_here(*arguments, "--json").stdout)
    size = (folder / "out.rtac").stat().st_size
    assert (facts["frames"], facts["sample_rate"]) == (10 * RATE, RATE)
    assert facts["bytes"] == size
    assert facts["bits_per_second"] == 4000 * 2 * 8 + 32  # a checksum a second
    assert facts["compression_ratio"] == pytest.approx(10 * RATE * 2 / size)
    line = run_here(*arguments, "--overwrite").stdout
    assert "10.0 s, 64032 bits per second, 4.0 times smaller" in line
    decoded = json.loads(run_here("decode", "out.rtac", "out.wav", "--json").stdout)
    assert (decoded["stages"], decoded["seconds"]) == (2, 10.0)


def bad_values(path: Path) -> None:
    sound = noise(3 * RATE)
    sound[2 * RATE], sound[7], sound[9] = np.nan, -np.inf, 1e29
    soundfile.write(path, sound, RATE, subtype="FLOAT")


def empty(path: Path) -> None:
    soundfile.write(path, np.zeros(0, np.float32), RATE)


def text(path: Path) -> None:
    path.write_text("This is no sound.")


@pytest.mark.parametrize(
    ("make", "complaint"),
    [
        (empty, "0 frames"),
        (text, "cannot be read as sound"),
        (Path.mkdir, "a folder"),
        (lambda path: None, "no such file"),
    ],
)
def test_an_unusable_sound_is_refused_and_leaves_nothing(
    run_here: Run, folder: Path, make: Callable[[Path], None], complaint: str
) -> None:
    make(folder / "in.wav")
    before = list(folder.iterdir())
    done = run_here("encode", "in.wav", "out.rtac", "--model", "plain")
    assert done.returncode == FAILED
    line = done.stderr.splitlines()[-1]
    assert "in.wav" in line
    assert complaint in line
    assert list(folder.iterdir()) == before


@pytest.mark.parametrize(
    ("command", "status", "complaint"),
    [
        ("encode in.wav", BAD_USAGE, "OUT.rtac"),
        ("encode in.wav out.mp3 --model plain", BAD_USAGE, ".rtac"),
        ("encode in.wav none/out.rtac --model plain", BAD_USAGE, "no folder none"),
        ("encode in.wav out.rtac --model plan", BAD_USAGE, "did you mean plain?"),
        ("encode in.wav out.rtac --model sine", BAD_USAGE, "'sine' is not a codec; expected"),
        ("encode in.wav out.rtac --model plain --stages 5", BAD_USAGE, "1 … 4"),
        ("encode in.wav out.rtac --model plain --stages 0", BAD_USAGE, "'--stages'"),
        ("decode in.wav out.wav", FAILED, "not a code file"),
        ("decode none.rtac out.wav", FAILED, "cannot be read"),
        ("decode in.wav out.mp3", BAD_USAGE, "ends in .wav or .flac"),
        ("decode in.wav out.flac --bits 32", BAD_USAGE, "FLAC has 16 or 24"),
    ],
)
def test_bad_usage_is_refused_in_one_line(
    run_here: Run, folder: Path, command: str, status: int, complaint: str
) -> None:
    soundfile.write(folder / "in.wav", noise(100), RATE)
    done = run_here(*command.split())
    assert done.returncode == status, done.stderr
    (line,) = done.stderr.splitlines()
    assert complaint in line
    assert [path.name for path in folder.iterdir()] == ["in.wav"]


@pytest.fixture
def encoded(run_here: Run, folder: Path) -> Path:
    """Return twenty seconds, encoded with the model `plain`."""
    soundfile.write(folder / "in.wav", noise(20 * RATE), RATE)
    done = run_here("encode", "in.wav", "out.rtac", "--model", "plain")
    assert done.returncode == 0, done.stderr
    return folder / "out.rtac"


def test_damage_is_reported_with_its_time_and_leaves_nothing(
    run_here: Run, folder: Path, encoded: Path
) -> None:
    payload = bytearray(encoded.read_bytes())
    payload[len(payload) * 5 // 8] ^= 16
    encoded.write_bytes(payload)
    done = run_here("decode", "out.rtac", "out.wav")
    assert done.returncode == FAILED
    (line,) = done.stderr.splitlines()
    assert "damaged at 12.0 s of 20.0 s" in line
    assert sorted(path.name for path in folder.iterdir()) == ["in.wav", "out.rtac"]


def test_another_model_is_refused_and_both_are_named(
    run_here: Run, folder: Path, encoded: Path
) -> None:
    write_codec(folder / "other.safetensors", steps=100)
    done = run_here("decode", "out.rtac", "out.wav", "--model", "other.safetensors")
    assert done.returncode == FAILED
    (line,) = done.stderr.splitlines()
    assert "'plain' (sha256 " in line
    assert "'other' (sha256 " in line
    assert not (folder / "out.wav").exists()


def test_a_model_that_is_not_here_is_named(run_here: Run, encoded: Path, families: Path) -> None:
    wanted = digest(eight_bits.describe(families)).hex()[:12]
    families.unlink()
    done = run_here("decode", "out.rtac", "out.wav")
    assert done.returncode == FAILED
    (line,) = done.stderr.splitlines()
    assert f"needs the model 'plain' (sha256 {wanted}…)" in line
    assert "--model" in line


def test_the_same_model_in_another_file_decodes(
    run_here: Run, folder: Path, encoded: Path, families: Path
) -> None:
    families.unlink()
    write_codec(folder / "renamed.safetensors", card="A text that says more than before.")
    done = run_here("decode", "out.rtac", "out.wav", "--model", "renamed.safetensors")
    assert done.returncode == 0, done.stderr


def test_bad_values_are_encoded_as_silence_and_said(run_here: Run, folder: Path) -> None:
    bad_values(folder / "in.wav")
    back, done = there_and_back(run_here, folder, "in.wav")
    said = done.stdout + done.stderr
    assert "in.wav: 2 samples were not numbers and became silence" in said
    assert "in.wav: 1 sample was more than 40 dB above full scale and became silence" in said
    sound = noise(3 * RATE)
    sound[[2 * RATE, 7, 9]] = 0.0
    np.testing.assert_allclose(back, sound, atol=STEP / 2 + 1e-6)


def test_the_existing_file_stays_when_encoding_fails(run_here: Run, folder: Path) -> None:
    (folder / "out.rtac").write_text("precious")
    text(folder / "in.wav")
    run_here("encode", "in.wav", "out.rtac", "--model", "plain")
    assert (folder / "out.rtac").read_text() == "precious"


def test_an_interrupted_encoding_leaves_nothing(
    folder: Path, families: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    soundfile.write(folder / "in.wav", noise(100), RATE)
    monkeypatch.setattr(eight_bits.EightBits, "encode", interrupt)
    with pytest.raises(KeyboardInterrupt):
        encode_file(folder / "in.wav", folder / "out.rtac", eight_bits.describe(families))
    assert [path.name for path in folder.iterdir()] == ["in.wav"]


def test_a_sound_file_that_ends_early_is_not_read_in_silence(folder: Path) -> None:
    soundfile.write(folder / "in.flac", noise(10 * RATE), RATE)
    payload = (folder / "in.flac").read_bytes()
    (folder / "in.flac").write_bytes(payload[: len(payload) // 2])
    said: list[str] = []
    sound = np.concatenate(list(read_sound(folder / "in.flac", RATE, said.append)))
    assert 4.5 * RATE < len(sound) <= 5 * RATE
    assert any("in.flac: damaged: only" in line for line in said)


MEASURED = """
import sys
from pathlib import Path
import eight_bits
from rtaudiogen import registry
from rtaudiogen.codes import codec
registry.families = lambda: ({"eight-bits": eight_bits.FAMILY}, ())

def most_bytes():
    (line,) = [x for x in Path("/proc/self/status").read_text().splitlines() if "VmHWM" in x]
    return 1024 * int(line.split()[1])

model = eight_bits.describe(eight_bits.write_codec(Path("m.safetensors")))
for name in ("short", "long"):
    codec.encode_file(Path(f"{name}.wav"), Path(f"{name}.rtac"), model)
    codec.decode_file(Path(f"{name}.rtac"), Path("back.wav"), model)
    print(most_bytes())
"""


@pytest.mark.skipif(sys.platform != "linux", reason="reads the memory from /proc")
def test_a_long_sound_takes_no_more_memory_than_a_short_one(folder: Path) -> None:
    block = (noise(60 * RATE) * 32767).astype(np.int16)
    for name, minutes in (("short", 1), ("long", 20)):
        with soundfile.SoundFile(folder / f"{name}.wav", "w", 3 * RATE, 1) as file:
            for _ in range(3 * minutes):
                file.write(block)
    environment = {**os.environ, "PYTHONPATH": str(Path(eight_bits.__file__).parent)}
    command = [sys.executable, "-c", MEASURED]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    short, long = map(int, done.stdout.split())
    assert soundfile.info(folder / "back.wav").frames == 20 * 60 * RATE
    assert long - short < 8e6, "76 MB if a copy of the sound were kept"


def test_the_vqvae_decodes_the_same_bits_from_a_file_as_at_once(
    run_here: Run, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = {"vqvae": VQVAE_FAMILY}
    monkeypatch.setattr(registry, "families", lambda: (found, ()))
    config = VQVAEConfig(strides=(4, 5), latent=16, codes=64, code_dimensions=4, embedding=4)
    header = ModelHeader("vqvae", "tiny", config.to_json())
    tensors = {name: value.detach().numpy() for name, value in folded(VQVAE(config)).items()}
    write_model(folder / "tiny.safetensors", header, tensors)
    sound = 0.3 * noise(3 * RATE + 7)
    soundfile.write(folder / "in.wav", sound, RATE, subtype="FLOAT")
    options = ("--model", "tiny.safetensors", "--overwrite")
    for stages in (1, 4):
        done = run_here("encode", "in.wav", "out.rtac", "--stages", stages, *options, "--overwrite")
        assert done.returncode == 0, done.stderr
        done = run_here("decode", "out.rtac", "out.wav", *options, "--overwrite")
        assert done.returncode == 0, done.stderr
        codec = open_codec(registry.find(folder / "tiny.safetensors"))
        codes = codec.encode(np.pad(sound, (0, -len(sound) % config.hop)))
        back, _ = soundfile.read(folder / "out.wav", dtype="float32")
        assert np.array_equal(back, codec.decode(codes[:, :stages])[: len(sound)])


def test_codes_are_not_predicted_without_a_prior(run_here: Run, folder: Path) -> None:
    soundfile.write(folder / "in.wav", noise(100), RATE)
    done = run_here("encode", "in.wav", "out.rtac", "--model", "plain", "--predicted")
    assert done.returncode == BAD_USAGE
    assert "no prior" in done.stderr
    assert [path.name for path in folder.iterdir()] == ["in.wav"]
