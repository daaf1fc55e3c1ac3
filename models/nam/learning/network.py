"""Networks of captures in torch: a whole signal at once, and their weights in the file's order.

Each works on signals of about unit level. The gains around it are constants; `flat` multiplies
them into the weights, so a file holds one plain network.
"""

from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .shapes import Shape

BURN_IN = 0.5  # seconds of silence before the state that a recurrent network begins with
FIRST_HEAD = 0.1  # of the usual random weights of the last head
RECURRENT_PREFIX = 2048  # frames that a recurrent network hears before a segment

Activation = Callable[[Tensor], Tensor]


class Capture(nn.Module):
    """Base of the networks: gains around a core, of which a subclass makes the middle."""

    input_gain: Tensor
    output_gain: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("input_gain", torch.ones(()))
        self.register_buffer("output_gain", torch.ones(()))

    @property
    def prefix(self) -> int:
        """Return the frames that must be heard before the first frame of the output."""
        raise NotImplementedError  # a WaveNet and an LSTM differ here

    def forward(self, dry: Tensor, frames: int) -> Tensor:
        """Return (B, frames) for the end of what is heard (B, prefix + frames)."""
        return self.core(dry * self.input_gain, frames) * self.output_gain

    def core(self, dry: Tensor, frames: int) -> Tensor:
        """Return (B, frames) without the gains."""
        raise NotImplementedError  # a WaveNet and an LSTM differ here

    def flat(self, sample_rate: int) -> Tensor:
        """Return all weights in the order of the format, with the gains multiplied in."""
        return torch.cat([part.detach().reshape(-1).cpu() for part in self.parts(sample_rate)])

    def parts(self, sample_rate: int) -> Iterator[Tensor]:
        """Yield the weights in the order of the format."""
        raise NotImplementedError  # a WaveNet and an LSTM differ here


def capture_network(shape: Shape) -> Capture:
    """Return an untrained network."""
    return Lstm(shape.config) if shape.architecture == "LSTM" else WaveNet(shape.config)


class WaveNet(Capture):
    """Arrays of dilated convolutions; see `wavenet.py` for the paper. Plain layers only."""

    def __init__(self, config: dict[str, Any]) -> None:
        super().__init__()
        self._arrays = [Array(entry) for entry in config["layers"]]
        self.arrays = nn.ModuleList(self._arrays)
        last = self._arrays[-1]
        with torch.no_grad():  # the sum of all layers would begin far louder than the wet
            last.head.weight *= FIRST_HEAD
        for parameter in last.layers[-1].onward.parameters():  # in the format, but never heard
            nn.init.zeros_(parameter.requires_grad_(False))

    @property
    def prefix(self) -> int:
        """Return the receptive field but for the newest frame."""
        return sum(array.reach + array.head_reach for array in self._arrays)

    def core(self, dry: Tensor, frames: int) -> Tensor:
        """Return (B, frames) without the gains."""
        heard = dry[:, None]  # (B, 1, T)
        signal, head = heard, heard.new_zeros(())
        left = frames + sum(array.head_reach for array in self._arrays)  # frames of the head's sum
        for array in self._arrays:
            signal, total = array.after(signal, heard, left)
            head = array.head(total + head)  # (B, head size, left - head_reach)
            left -= array.head_reach
        return head[:, 0]

    def parts(self, sample_rate: int) -> Iterator[Tensor]:
        """Yield the weights in the order of the format; the last one is the scale of the head."""
        for number, array in enumerate(self._arrays):
            rechannel = array.rechannel.weight
            yield rechannel * self.input_gain if number == 0 else rechannel
            for layer in array.layers:
                yield from layer.conv.parameters()
                yield layer.mixin.weight * self.input_gain
                yield from layer.onward.parameters()
            yield from array.head.parameters()
        yield self.output_gain


class Layer(nn.Module):
    """One dilated convolution, its activation, and what it gives on."""

    def __init__(self, width: int, taps: int, dilation: int, act: Activation) -> None:
        super().__init__()
        self.conv = nn.Conv1d(width, width, taps, dilation=dilation)
        self.mixin = nn.Conv1d(1, width, 1, bias=False)
        self.onward = nn.Conv1d(width, width, 1)
        self.act = act

    def after(self, signal: Tensor, heard: Tensor) -> tuple[Tensor, Tensor]:
        """Return what goes on and what it gives to the head, (B, C, T) both, shorter by its reach.

        `signal` is (B, C, T + reach); `heard` (B, 1, …) ends at the same frame.
        """
        inner = self.conv(signal)
        frames = inner.shape[2]
        a = self.act(inner + self.mixin(heard[:, :, -frames:]))
        return signal[:, :, -frames:] + self.onward(a), a


class Array(nn.Module):
    """Layers of one width, with the matrices before and after them."""

    def __init__(self, entry: dict[str, Any]) -> None:
        super().__init__()
        width, dilations = entry["channels"], entry["dilations"]
        taps = entry.get("kernel_sizes") or [entry["kernel_size"]] * len(dilations)
        act = _activation(entry["activation"])
        self.reach = sum((k - 1) * d for k, d in zip(taps, dilations, strict=True))
        self.rechannel = nn.Conv1d(entry["input_size"], width, 1, bias=False)
        self.layers = [Layer(width, k, d, act) for k, d in zip(taps, dilations, strict=True)]
        self.stack = nn.ModuleList(self.layers)
        given = entry.get("head") or {"out_channels": entry["head_size"], "kernel_size": 1}
        self.head_reach = given["kernel_size"] - 1
        self.head = nn.Conv1d(
            width, given["out_channels"], given["kernel_size"],
            bias=given.get("bias", entry.get("head_bias", False)),
        )  # fmt: skip

    def after(self, signal: Tensor, heard: Tensor, left: int) -> tuple[Tensor, Tensor]:
        """Return what goes on (B, C, T - reach), and the sum for the head (B, C, left)."""
        signal = self.rechannel(signal)
        total = signal.new_zeros(())
        for layer in self.layers:
            signal, a = layer.after(signal, heard)
            total = total + a[:, :, -left:]
        return signal, total


def _activation(given: Any) -> Activation:
    """Return the activation that all layers share: a name, or a list of objects."""
    if given == "Tanh":
        return torch.tanh
    slope: float = given[0]["negative_slope"]
    return lambda x: F.leaky_relu(x, slope)


class Lstm(Capture):
    """Layers of an LSTM and a matrix after them, beginning with zeros."""

    def __init__(self, config: dict[str, Any]) -> None:
        super().__init__()
        self.layers = nn.LSTM(1, config["hidden_size"], config["num_layers"], batch_first=True)
        self.head = nn.Linear(config["hidden_size"], 1)

    @property
    def prefix(self) -> int:
        """Return the frames after which its beginning is forgotten, by experience."""
        return RECURRENT_PREFIX

    def core(self, dry: Tensor, frames: int) -> Tensor:
        """Return (B, frames) without the gains."""
        hidden, _ = self.layers(dry[:, :, None])
        made: Tensor = self.head(hidden[:, -frames:])[:, :, 0]
        return made

    def parts(self, sample_rate: int) -> Iterator[Tensor]:
        """Yield the weights in the order of the format, with the state after a silence."""
        with torch.no_grad():
            _, (outputs, cells) = self.layers(torch.zeros(1, round(BURN_IN * sample_rate), 1))
        for layer in range(self.layers.num_layers):
            weights = dict(self.layers.named_parameters())
            into, own, bias, second = (
                weights[f"{name}_l{layer}"]
                for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
            )
            gain = self.input_gain if layer == 0 else 1.0
            yield from (torch.cat([into * gain, own], 1), bias + second)
            yield from (outputs[layer, 0], cells[layer, 0])
        yield from (self.head.weight * self.output_gain, self.head.bias * self.output_gain)
