"""A training that begins with the weights of an earlier model, to learn further sounds."""

from pathlib import Path

import numpy as np
import torch

from rtaudiogen.errors import UsageError
from rtaudiogen.model_file import read_header, read_tensors

from .descriptor import read_config
from .network import WaveNet

EMBEDDING = "instruments.weight"  # a row for each instrument


def begin_with(network: WaveNet, model: Path) -> None:
    """Give a new network the weights of a model file. [control]

    An instrument keeps its place by its name; one that the model does not know begins in the middle
    of those it knows. UsageError or RtAudioGenError, in one line, if the sizes differ.
    """
    config, known = read_config(model, read_header(model)), read_tensors(model)
    rows = dict(zip(config.instruments, known[EMBEDDING], strict=True))
    middle = known[EMBEDDING].mean(axis=0)
    known[EMBEDDING] = np.stack([rows.get(n, middle) for n in network.config.instruments])
    for name, parameter in network.named_parameters():
        if name not in known or known[name].shape != tuple(parameter.shape):
            raise UsageError(f"--begin-with {model}: is a network of other sizes; give the same")
        with torch.no_grad():
            parameter.copy_(torch.from_numpy(np.asarray(known[name], np.float32)))
