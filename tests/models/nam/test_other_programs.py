"""Captures of RTNeural, AIDA-X and Proteus, against the same networks in torch."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from rtaudiogen.errors import RtAudioGenError
from rtaudiogen.models.nam.capture import read_capture
from rtaudiogen.models.nam.descriptor import describe
from rtaudiogen.models.nam.steps.player import Player

from .made_up_captures import Json, written

UNITS, FRAMES, PRE_ROLL = 6, 500, 30_000
Made = tuple[Json, torch.nn.Module, torch.nn.Linear]


def nets(kind: str) -> tuple[Any, torch.nn.Linear]:
    torch.manual_seed(2)
    layer = torch.nn.LSTM if kind == "lstm" else torch.nn.GRU
    return layer(1, UNITS, batch_first=True), torch.nn.Linear(UNITS, 1)


def tensors(module: torch.nn.Module) -> dict[str, np.ndarray]:
    return {name: tensor.detach().numpy() for name, tensor in module.named_parameters()}


def proteus(kind: str) -> Made:
    recurrent, linear = nets(kind)
    values = {f"rec.{name}": array.tolist() for name, array in tensors(recurrent).items()}
    values |= {f"lin.{name}": array.tolist() for name, array in tensors(linear).items()}
    facts = {"input_size": 1, "skip": 1, "unit_type": kind.upper(), "hidden_size": UNITS}
    return {"model_data": facts, "state_dict": values}, recurrent, linear


def rtneural(kind: str) -> Made:
    recurrent, linear = nets(kind)
    own = {name.removesuffix("_l0"): array for name, array in tensors(recurrent).items()}
    order, biases = slice(None), (own["bias_ih"] + own["bias_hh"]).tolist()
    if kind == "gru":  # Keras has the gates z, r, c
        order = np.r_[UNITS : 2 * UNITS, :UNITS, 2 * UNITS : 3 * UNITS]
        biases = [own["bias_ih"][order].tolist(), own["bias_hh"][order].tolist()]
    weights = [own[name][order].T.tolist() for name in ("weight_ih", "weight_hh")]
    dense = tensors(linear)
    layers = [
        {"type": kind, "activation": "", "weights": [*weights, biases]},
        {"type": "dense", "activation": "",
         "weights": [dense["weight"].T.tolist(), dense["bias"].tolist()]},
    ]  # fmt: skip
    return {"in_shape": [None, None, 1], "layers": layers, "in_skip": 1}, recurrent, linear


@pytest.mark.parametrize("kind", ["lstm", "gru"])
@pytest.mark.parametrize("write", [proteus, rtneural])
def test_a_recurrent_capture_sounds_as_in_torch(
    tmp_path: Path, write: Callable[[str], Made], kind: str
) -> None:
    document, recurrent, linear = write(kind)
    heard = (0.3 * np.sin(np.arange(FRAMES) * 0.1)).astype(np.float32)
    out = np.zeros_like(heard)
    Player(read_capture(written(tmp_path / "x.aidax", document)).program(-1)).play(heard, out)
    whole = torch.from_numpy(np.concatenate([np.zeros(PRE_ROLL, np.float32), heard]))[None, :, None]
    with torch.inference_mode():
        expected = linear(recurrent(whole)[0]) + whole
    np.testing.assert_allclose(out, expected[0, PRE_ROLL:, 0].numpy(), atol=2e-6)


def test_convolutions_and_gains_of_rtneural_sound_as_in_torch(tmp_path: Path) -> None:
    torch.manual_seed(3)
    conv, dense = torch.nn.Conv1d(1, 3, 2, dilation=4), torch.nn.Linear(3, 1)
    layers = [
        {"type": "conv1d", "activation": "tanh", "kernel_size": [2], "dilation": [4],
         "weights": [conv.weight.detach().numpy().transpose(2, 1, 0).tolist(), conv.bias.tolist()]},
        {"type": "activation", "activation": "relu"},
        {"type": "dense", "activation": "sigmoid",
         "weights": [dense.weight.detach().numpy().T.tolist(), dense.bias.tolist()]},
    ]  # fmt: skip
    document = {"in_shape": [None, None, 1], "layers": layers, "in_gain": 6.0, "out_gain": -3.0}
    heard = np.random.default_rng(0).uniform(-1, 1, FRAMES).astype(np.float32)
    out = np.zeros_like(heard)
    Player(read_capture(written(tmp_path / "x.aidax", document)).program(-1)).play(heard, out)
    with torch.inference_mode():
        driven = torch.nn.functional.pad(torch.from_numpy(heard) * 10 ** (6 / 20), (4, 0))
        inner = torch.relu(torch.tanh(conv(driven[None])))
        expected = torch.sigmoid(dense(inner.T)) * 10 ** (-3 / 20)
    np.testing.assert_allclose(out, expected[:, 0].numpy(), atol=2e-6)


def test_the_rate_is_the_files_or_the_programs_own(tmp_path: Path) -> None:
    document = rtneural("gru")[0]
    rates = [
        describe(written(tmp_path / "x.aidax", capture)).sample_rate
        for capture in (
            document, {**document, "samplerate": 44100.0},
            {**document, "metadata": {"samplerate": 96000}},
            proteus("lstm")[0],
        )
    ]  # fmt: skip
    assert rates == [48000, 44100, 96000, 44100]


def damaged(document: Json, place: tuple[Any, ...], value: Any) -> Json:
    inner: Any = document
    for step in place[:-1]:
        inner = inner[step]
    inner[place[-1]] = value
    return document


@pytest.mark.parametrize(
    ("write", "place", "value", "word"),
    [
        (rtneural, ("in_shape", 2), 3, "captures with knobs are not supported"),
        (rtneural, ("layers", 0, "type"), "magic", "layers 1: 'type' is 'magic'; expected one of"),
        (rtneural, ("layers", 1, "activation"), "softmax", "expected one of tanh, relu, sigmoid"),
        (rtneural, ("layers", 1, "weights"), [[[1.0]]], "2 arrays"),
        (rtneural, ("layers", 0, "weights", 2), [1.0], "1 biases, expected 24"),
        (rtneural, ("layers", 0, "weights", 0), [["x"]], "no array of numbers"),
        (proteus, ("model_data", "unit_type"), "RNN", "expected LSTM or GRU"),
        (proteus, ("state_dict", "lin.bias"), [1.0, 2.0], r"should be \(1,\), not \(2,\)"),
        (proteus, ("model_data", "hidden_size"), 7, "should be"),
    ],
)
def test_a_wrong_value_of_another_program_is_refused(
    tmp_path: Path, write: Callable[[str], Made], place: tuple[Any, ...], value: Any, word: str
) -> None:
    path = written(tmp_path / "wrong.aidax", damaged(write("lstm")[0], place, value))
    with pytest.raises(RtAudioGenError, match=word) as refused:
        describe(path)
    assert "\n" not in str(refused.value)
