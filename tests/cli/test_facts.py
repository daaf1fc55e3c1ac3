"""Commands that print facts."""

import json

import pytest

from .conftest import Run


def test_rtaudiogen_alone_says_what_is_missing_and_shows_help(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    for variable in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(variable, raising=False)
    done = run()
    assert done.returncode == 0
    first, *rest = done.stdout.splitlines()
    assert "no display" in first or "pip install 'rtaudiogen[gui]'" in first
    assert any("play" in line for line in rest)


def test_every_command_has_help(run_here: Run) -> None:
    for command in ("models", "devices", "play", "render", "train"):
        done = run_here(command, "--help")
        assert done.returncode == 0, command
        assert "Usage" in done.stdout, command
        assert done.stderr == "", command


def test_models_lists_the_sine_with_its_parameters(run_here: Run) -> None:
    done = run_here("models")
    assert done.returncode == 0
    (line,) = [line for line in done.stdout.splitlines() if line.startswith("sine")]
    assert "vibrato" in line
    assert done.stderr == ""


def test_parameters_of_many_like_parts_are_listed_once(run_here: Run) -> None:
    listed = run_here("models").stdout.replace("\n", "")
    assert "pad1…pad16.pitch" in listed
    assert "pad2.pitch" not in listed


def test_models_as_json_carry_ranges_and_units(run_here: Run) -> None:
    facts = json.loads(run_here("models", "--json").stdout)
    (sine,) = [model for model in facts["models"] if model["id"] == "sine"]
    level = sine["parameters"][0]
    assert (level["id"], level["unit"], level["minimum"]) == ("level", "dB", -60.0)
    assert {"kind": "xy", "x": "attack", "y": "release"} in sine["views"]
    assert {"kind": "keyboard"} in sine["views"]
    assert facts["problems"] == []


def test_devices_as_json_name_outputs_inputs_and_ports(run_here: Run) -> None:
    facts = json.loads(run_here("devices", "--json").stdout)
    assert set(facts) == {"outputs", "inputs", "midi"}
    assert "Processors for networks: cpu" in run_here("devices").stdout


def test_training_lists_the_familys_own_options(run_here: Run) -> None:
    done = run_here("train", "wavenet", "--help")
    assert done.returncode == 0
    for flag in ("--minutes", "--instruments", "--texture", "--out"):
        assert flag in done.stdout
