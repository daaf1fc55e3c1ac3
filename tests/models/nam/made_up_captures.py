"""Small captures of every kind with random weights, of our own."""

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rtaudiogen.models.nam.capture import READERS
from rtaudiogen.models.nam.fields import Fields, Weights
from rtaudiogen.models.nam.wavenet_file import FILMS, read_wavenet

Json = dict[str, Any]

NETWORKS = {**READERS, "WaveNet": partial(read_wavenet, condition=None)}
METADATA: Json = {
    "name": "Small one", "gear_make": "Nobody", "gear_model": "Nothing", "gear_type": "amp",
    "tone_type": "crunch", "loudness": -20.0, "input_level_dbu": 15.0, "output_level_dbu": None,
}  # fmt: skip
ARRAY: Json = {
    "input_size": 1, "condition_size": 1, "channels": 4, "kernel_size": 3, "dilations": [1, 2, 8],
    "activation": "Tanh", "gated": False, "head_size": 2, "head_bias": False,
}  # fmt: skip
LAST: Json = {
    **ARRAY, "input_size": 4, "channels": 2, "head_size": 1, "head_bias": True, "dilations": [1, 5],
    "activation": "ReLU",
}  # fmt: skip
SLIM: Json = {"method": "slice_channels_uniform", "kwargs": {"allowed_channels": [1, 2]}}
FILM: Json = {"active": True, "shift": True, "groups": 1}
RICH: Json = {
    "input_size": 1, "condition_size": 2, "channels": 4, "bottleneck": 6, "kernel_sizes": [2, 3, 1],
    "dilations": [1, 3, 1], "gating_mode": ["gated", "none", "blended"],
    "activation": ["SiLU", {"type": "PReLU", "negative_slopes": [0.1] * 6}, "Softsign"],
    "secondary_activation": ["Sigmoid", None, "Hardswish"], "groups_input": 2,
    "groups_input_mixin": 2, "layer1x1": {"active": True, "groups": 2},
    "head1x1": {"active": True, "out_channels": 4, "groups": 2},
    "head": {"out_channels": 3, "kernel_size": 4, "bias": True, "head_dilation": 2},
    **dict.fromkeys(FILMS, FILM), "conv_post_film": {**FILM, "shift": False},
    "layer1x1_post_film": False,
}  # fmt: skip
POST: Json = {
    "channels": 2,
    "out_channels": 1,
    "kernel_sizes": [3, 1],
    "activation": "LeakyHardtanh",
}


def written(path: Path, capture: Json) -> Path:
    """Write a capture and return its path."""
    path.write_text(json.dumps(capture))
    return path


def capture(architecture: str, config: Json, seed: int = 0, **more: Any) -> Json:
    """Return a capture with as many random weights as its configuration needs."""
    weights = np.random.default_rng(seed).normal(0, 0.4, _count(architecture, config)).round(5)
    if architecture == "ConvNet":
        weights = np.abs(weights)  # variances are among them
    return {
        "version": "0.6.0", "architecture": architecture, "config": config,
        "weights": weights.tolist(),
        "sample_rate": 48000, "metadata": METADATA, **more,
    }  # fmt: skip


def _count(architecture: str, config: Json) -> int:
    many = Weights(np.ones(100_000, np.float32))
    with pytest.raises(ValueError, match="needs") as told:
        NETWORKS[architecture](Fields(config), many)
    return int(str(told.value).split()[-1])


def wavenet() -> Json:
    return capture("WaveNet", {"layers": [ARRAY, LAST], "head": None, "head_scale": 0.1})


def rich() -> Json:
    """Return a WaveNet with all features of the format, and a model for its condition."""
    model = capture("WaveNet", {"layers": [{**ARRAY, "head_size": 2}]})
    return capture("WaveNet", {"layers": [RICH], "head": POST, "condition_dsp": model})


def slimmable() -> Json:
    first = {**ARRAY, "slimmable": SLIM}
    last = {**LAST, "slimmable": SLIM}
    return capture("WaveNet", {"layers": [first, last]})


def lstm() -> Json:
    return capture("LSTM", {"input_size": 1, "hidden_size": 5, "num_layers": 2})


def convnet() -> Json:
    config = {"channels": 4, "dilations": [1, 2, 4], "batchnorm": True, "activation": "Fasttanh",
              "groups": 1}  # fmt: skip
    return capture("ConvNet", config)


def linear() -> Json:
    return capture("Linear", {"receptive_field": 30, "bias": True})


def container() -> Json:
    models = [{"max_value": 0.5, "model": lstm()}, {"max_value": 1.0, "model": wavenet()}]
    return {
        "version": "0.7.0", "architecture": "SlimmableContainer", "config": {"submodels": models},
        "weights": [], "metadata": METADATA,
    }  # fmt: skip


KINDS: dict[str, Callable[[], Json]] = {
    "wavenet": wavenet, "rich": rich, "slimmable": slimmable, "lstm": lstm, "convnet": convnet,
    "linear": linear, "container": container,
}  # fmt: skip


def rtneural() -> Json:
    """A GRU and a matrix in RTNeural's JSON."""
    random = np.random.default_rng(4)
    shapes = [[(1, 9), (3, 9), (2, 9)], [(3, 1), (1,)]]
    weights = [[random.normal(0, 0.4, shape).round(4).tolist() for shape in s] for s in shapes]
    layers = [
        {"type": kind, "activation": "", "weights": values}
        for kind, values in zip(("gru", "dense"), weights, strict=True)
    ]
    return {"in_shape": [None, None, 1], "layers": layers, "in_skip": 1, "in_gain": 3.0}


def proteus() -> Json:
    """An LSTM in Proteus's JSON."""
    random = np.random.default_rng(5)
    shapes = {"rec.weight_ih_l0": (12, 1), "rec.weight_hh_l0": (12, 3), "rec.bias_ih_l0": (12,),
              "rec.bias_hh_l0": (12,), "lin.weight": (1, 3), "lin.bias": (1,)}  # fmt: skip
    tensors = {name: random.normal(0, 0.4, s).round(4).tolist() for name, s in shapes.items()}
    facts = {"input_size": 1, "skip": 1, "unit_type": "LSTM", "hidden_size": 3}
    return {"model_data": facts, "state_dict": tensors}


OTHER_PROGRAMS: dict[str, Callable[[], Json]] = {"rtneural": rtneural, "proteus": proteus}
