"""Commands on a real audio device."""

import json
from pathlib import Path

import pytest

from rtaudiogen.saving.sessions import load_session

from ..jack_server import JackServer
from ..realtime.effects import installed
from .conftest import Run

pytestmark = pytest.mark.jack


@pytest.fixture(autouse=True)
def device(private_jack_server: JackServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let commands find the server."""
    for name, value in private_jack_server.environment.items():
        monkeypatch.setenv(name, value)


def test_devices_lists_inputs_for_people_and_for_programs(run: Run) -> None:
    facts = json.loads(run("devices", "--json").stdout)
    (line_in,) = facts["inputs"]
    assert (line_in["name"], line_in["channels"]) == ("system", 2)
    headings = [line.split()[:2] for line in run("devices").stdout.splitlines()]
    assert ["output", "host"] in headings
    assert ["input", "host"] in headings


def test_play_takes_the_real_device_that_is_there(run: Run) -> None:
    assert "system" in run("devices").stdout
    done = run("play", "sine", "--midi", "none", "--seconds", 2, "--json")
    assert done.returncode == 0, done.stderr
    facts = json.loads(done.stdout)
    assert (facts["device"], facts["null_device"]) == ("system", False)
    assert facts["latency_ms"]["device"] > 0
    assert facts["frames_played"] > facts["sample_rate"]


def test_play_listens_to_the_device_that_is_asked_for(
    run: Run, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in installed(tmp_path / "effects").items():
        monkeypatch.setenv(name, value)
    live = ("--midi", "none", "--seconds", 1)
    done = run("play", "echo", "--input", "default", *live, "--session", "gig.json")
    assert done.returncode == 0, done.stderr
    assert "Input: 'system' (0 frames late, 0 lost)." in done.stdout
    assert "input device" in done.stdout
    assert load_session(folder / "gig.json").input == "default"
    facts = json.loads(run("play", "--session", "gig.json", *live, "--json").stdout)
    assert facts["input"] == "system"
    facts = json.loads(
        run("play", "--session", "gig.json", "--input", "none", *live, "--json").stdout
    )
    assert facts["input"] == ""
    refused = run("play", "echo", "--input", "no-such-device", *live)
    assert refused.returncode == 1
    assert "no audio input matches 'no-such-device': choose" in refused.stderr
    assert len(refused.stderr.splitlines()) == 1
