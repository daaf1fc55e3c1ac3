"""The waveform coder's network over a whole sound at once, the reference of streaming. [control]"""

from collections.abc import Mapping
from typing import Any, cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F

from ..comparing import FRAMES, Reference, rounded_network
from ..config import VQVAEConfig
from .network import VQVAE
from .quantizer import Stage
from .shapes import layers

LOUDNESS = 0.2  # RMS of the noise that is encoded
TOLERANCE = 1e-5  # of the peak
TIE = 1e-5  # cosines this close are the same in float32


@torch.inference_mode()
def reference(config: VQVAEConfig, tensors: Mapping[str, NDArray[Any]], voices: int) -> Reference:
    """Return the network's results for so many voices, of the weights that streams have."""
    network, random = (
        rounded_network(VQVAE(config), layers(config), tensors),
        np.random.default_rng(0),
    )
    sound = LOUDNESS * random.standard_normal((FRAMES, config.hop), np.float32)
    latents = network.encoder(torch.from_numpy(sound).view(1, -1))  # (1, latent, N)
    codes = random.integers(0, config.codes, (voices, FRAMES, config.stages), np.uint16)
    label = len(config.labels) - 1
    total = network.quantizer.decode(torch.from_numpy(codes.astype(np.int64)))  # (V, latent, N)
    embedding = network.labels.weight[label].expand(voices, -1)
    waveform = network.decoder(total, embedding).numpy().reshape(voices, FRAMES, config.hop)

    def miss(codes: NDArray[np.uint16]) -> float:
        return _miss(network, latents.mT, codes)

    return Reference(sound, latents[0].T.numpy(), codes, label, waveform, TOLERANCE, miss, TIE)


@torch.inference_mode()
def _miss(network: VQVAE, residual: Tensor, codes: NDArray[np.uint16]) -> float:
    """Return by how much the cosine of a code is behind the best one, at most."""
    worst = 0.0
    for index, stage in enumerate(cast(list[Stage], network.quantizer.stages)):
        ours = torch.from_numpy(codes[:, index].astype(np.int64))
        cosines = F.normalize(stage.down(residual), dim=-1)[0] @ stage.book.vectors.T  # (N, codes)
        behind = cosines.max(-1).values - cosines.gather(-1, ours[:, None])[:, 0]
        worst = max(worst, float(behind.max()))
        residual = residual - stage.up(stage.book.vectors[ours])
    return worst
