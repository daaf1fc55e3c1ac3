"""Sessions and the master gain from the command line."""

import json
import os
from pathlib import Path

import numpy as np
import pytest
import soundfile

from rtaudiogen.saving.sessions import Mix, Session, SlotState, load_session, save_session

from ..conftest import Run

CLOCK = ("--output", "null", "--midi", "none", "--seconds", 1)


@pytest.fixture
def gig(folder: Path) -> Path:
    """Write a session of two soft slots."""
    slots = (SlotState("sine", {"level": -9.0}, seed=3), SlotState("sine", mix=Mix(pan=1.0)))
    save_session(folder / "gig.json", Session(slots=slots, sample_rate=22050, master_gain_db=-12.0))
    return folder / "gig.json"


def test_a_session_is_rendered_at_its_rate_and_its_master_gain(
    run_here: Run, gig: Path, folder: Path
) -> None:
    for options in ((), ("--master", 0), ("--master", 0, "--set", "level=-60")):
        done = run_here("render", "--session", gig, f"{len(options)}.wav", "--seconds", 1, *options)
        assert done.returncode == 0, done.stderr
    (soft, rate), (full, _), (silent, _) = (
        soundfile.read(folder / f"{n}.wav", dtype="float32") for n in (0, 2, 4)
    )
    assert (len(soft), rate) == (22050, 22050)
    assert np.abs(full[:, 1]).max() > np.abs(full[:, 0]).max() > 0.01
    np.testing.assert_allclose(soft, full * np.float32(10 ** (-12 / 20)), rtol=1e-6, atol=1e-9)
    assert np.abs(silent).max() < 0.1 * np.abs(full).max()


def test_models_are_rendered_at_a_master_gain_as_well(run_here: Run, folder: Path) -> None:
    for gain in (0, -20):
        run_here("render", "sine", f"at{gain}.wav", "--seconds", 0.5, "--master", gain)
    full, soft = (soundfile.read(folder / f"at{gain}.wav")[0] for gain in (0, -20))
    np.testing.assert_allclose(soft, full / 10, rtol=1e-6, atol=1e-9)


def test_play_takes_a_master_gain_and_a_session_keeps_it(run: Run, folder: Path) -> None:
    done = run("play", "sine", *CLOCK, "--master", -4.5, "--session", "new.json", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["master_gain_db"] == -4.5
    assert load_session(folder / "new.json").master_gain_db == -4.5
    again = run("play", "--session", "new.json", "--seconds", 1, "--json", "--master", 2)
    assert json.loads(again.stdout)["master_gain_db"] == 2.0


@pytest.mark.parametrize(
    ("arguments", "status", "message"),
    [
        ("render sine x.wav --master 7", 2, "master gain of 7 dB: expected -60 … 6 dB"),
        ("play sine --output null --master nan", 2, "master gain of nan dB"),
        ("render --session gig.json sine x.wav", 2, "leave the MODELs out"),
        ("render --session none.json x.wav", 1, "none.json: cannot be read"),
        ("render --session gig.json x.wav --sound a.wav", 2, "sine cannot play from a sound"),
        ("render --session gig.json x.wav --set colour=1", 2, "no parameter 'colour'"),
        ("render --session gone.json x.wav", 2, "no model 'gone'"),
        ("render sine x.flac --bits 32", 2, "x.flac: 32 bits; FLAC has 16 or 24"),
        ("render sine x.wav --bits 20", 2, "x.wav: 20 bits; WAV has 16 or 24 or 32"),
        ("render sine x.mp3", 2, "'x.mp3' ends neither in .wav nor in .flac"),
        ("play sine --output null --bits 16", 2, "give --record FILE"),
        ("play sine --output null --record x.flac --bits 32", 2, "x.flac: 32 bits; FLAC has"),
        ("render x.wav", 2, "which model? render MODEL… OUT.wav, or give --session FILE"),
    ],
)
def test_an_impossible_render_is_refused_and_leaves_no_file(
    run_here: Run, gig: Path, folder: Path, arguments: str, status: int, message: str
) -> None:
    save_session(folder / "gone.json", Session(slots=(SlotState("sine"), SlotState("gone"))))
    done = run_here(*arguments.split())
    assert (done.returncode, done.stderr.count("\n")) == (status, 1), done.stderr
    assert message in done.stderr
    assert not (folder / "x.wav").exists()


def test_unknown_field_is_told_once_by_render_and_play(run_here: Run, folder: Path) -> None:
    slot = {"model": "sine", "mix": {"gain": -60}}
    gig = {"rtaudiogen": "session", "version": 1, "output": "null", "midi": "none", "slots": [slot]}
    (folder / "gig.json").write_text(json.dumps(gig))
    for command in ("render --session gig.json x.wav", "play --session gig.json"):
        done = run_here(*command.split(), "--seconds", 0.5)
        assert done.returncode == 0, done.stderr
        assert done.stderr.count("slot 1: 'gain' is unknown") == 1
        assert done.stderr.count("did you mean 'gain_db'?") == 1


def test_wrong_field_is_one_line_with_its_slot(run_here: Run, folder: Path) -> None:
    slots = [{"model": "sine"}, {"model": "sine", "mix": {"mute": "false"}}]
    (folder / "gig.json").write_text(
        json.dumps({"rtaudiogen": "session", "version": 1, "slots": slots})
    )
    for command in ("render --session gig.json x.wav", "play --session gig.json"):
        done = run_here(*command.split(), "--seconds", 0.5)
        assert done.returncode == 1
        line = 'rtaudiogen: gig.json: slot 2: mute: "false" is a text; expected true or false\n'
        assert (done.stderr, done.stdout) == (line, "")


def test_files_get_the_mode_that_the_umask_leaves(run_here: Run, folder: Path) -> None:
    before = os.umask(0o027)
    try:
        run_here("render", "sine", "x.wav", "--seconds", 0.1)
        save_session(folder / "gig.json", Session())
    finally:
        os.umask(before)
    for name in ("x.wav", "gig.json"):
        assert (folder / name).stat().st_mode & 0o777 == 0o640


@pytest.mark.parametrize(("name", "bits", "subtype"), [
    ("x.wav", 0, "FLOAT"), ("x.wav", 32, "FLOAT"), ("x.wav", 24, "PCM_24"), ("x.wav", 16, "PCM_16"),
    ("x.flac", 0, "PCM_24"), ("x.FLAC", 16, "PCM_16"),
])  # fmt: skip
def test_render_writes_the_bits_that_are_asked_for(
    run_here: Run, folder: Path, name: str, bits: int, subtype: str
) -> None:
    files = []
    for block in (1024, 100):
        options = ("--bits", bits, "--block", block, "--seconds", 0.2)
        done = run_here("render", "sine", name, *options)
        assert (done.returncode, done.stderr) == (0, "")
        files.append((folder / name).read_bytes())
        (folder / name).unlink()
    (folder / name).write_bytes(files[0])
    assert soundfile.info(folder / name).subtype == subtype
    assert files[0] == files[1] or name != "x.wav"
