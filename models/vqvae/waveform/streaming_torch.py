"""The decoder a few code frames at a time in torch: the reference of the compiled form."""

from typing import cast

import torch
from torch import Tensor
from torch.nn import functional as F

from ..layers import CausalConv, CausalTransposedConv, ResidualUnit
from .network import Decoder

Layer = CausalConv | CausalTransposedConv


class TorchDecoder:
    """Decoder of one stream. Its state is every layer's last input frames, (1, C, frames) each."""

    def __init__(self, decoder: Decoder) -> None:
        """Take the weights as they are now, and begin."""
        self.decoder = decoder
        layers = [m for m in decoder.modules() if isinstance(m, CausalConv | CausalTransposedConv)]
        self._weights = {layer: layer.weight().detach() for layer in layers}
        self._history = {layer: self._zeros(layer) for layer in layers}

    @torch.inference_mode()
    def decode(self, latent: Tensor, embedding: Tensor) -> Tensor:
        """Decode the next (1, latent, N), with a label's (1, embedding), to sound (1, N · hop)."""
        decoder = self.decoder
        x = self._through(decoder.input, latent)
        for level in range(len(decoder.levels) - 1, -1, -1):
            x = x + decoder.label[level](embedding)[..., None]
            for unit in cast(list[ResidualUnit], decoder.levels[level].units):
                inside = self._through(unit.dilated, F.elu(x))
                x = x + self._through(unit.pointwise, F.elu(inside))
            outward = decoder.up[level - 1] if level else decoder.filterbank
            x = self._through(cast(CausalTransposedConv, outward), F.elu(x))
        return x[:, 0]

    def _through(self, layer: Layer, x: Tensor) -> Tensor:
        """Map (1, C_in, T) to (1, C_out, T) or (1, C_out, T · stride)."""
        weight, before = self._weights[layer], self._history[layer].shape[-1]
        heard = torch.cat([self._history[layer], x], dim=-1)
        self._history[layer] = heard[..., heard.shape[-1] - before :]
        if isinstance(layer, CausalConv):
            return F.conv1d(heard, weight, layer.bias, dilation=layer.dilation)
        out = F.conv_transpose1d(heard, weight, layer.bias, layer.stride)
        return out[..., before * layer.stride : heard.shape[-1] * layer.stride]

    def _zeros(self, layer: Layer) -> Tensor:
        """Return the state before the stream began."""
        weight = self._weights[layer]
        if isinstance(layer, CausalConv):
            return torch.zeros(1, weight.shape[1], layer.padding)
        return torch.zeros(1, weight.shape[0], -(-weight.shape[2] // layer.stride) - 1)
