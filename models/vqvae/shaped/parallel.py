"""The shaped coder's network over a whole sound at once, the reference of streaming. [control]"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ...compiled.conv.layers import Floats
from ..comparing import FRAMES, Reference, rounded_network
from .config import STEPS, ShapedConfig
from .excitation import pulses_of
from .network import ShapedVQVAE
from .pitch import pitches_of, tracked
from .shapes import layers
from .shaping import noise_of

LOUDNESS, PITCH = 0.2, 140.0  # amplitude and Hz of what is encoded
TOLERANCE = 5e-4  # of the peak: bands are exponents, and phases many turns
TIE = 1e-4  # distances this close are the same in float32


@torch.inference_mode()
def reference(config: ShapedConfig, tensors: Mapping[str, NDArray[Any]], voices: int) -> Reference:
    """Return the network's results for so many voices, of the weights that streams have."""
    network = rounded_network(ShapedVQVAE(config), layers(config), tensors)
    sound, codes = _sound(config), _codes(config, voices)
    points, latents = _heard_at_once(network, sound)
    label = len(config.labels) - 1
    waveform = np.stack([_made_at_once(network, c, v, label) for v, c in enumerate(codes)])
    books = network.quantizer.books.vectors.double()

    def miss(codes: NDArray[np.uint16]) -> float:
        return _miss(books, torch.from_numpy(latents).double(), codes)

    return Reference(sound, points, codes, label, waveform, TOLERANCE, miss, TIE)


def _sound(config: ShapedConfig) -> Floats:
    """Return (N, hop): a rising saw in noise, with a pause."""
    random, frames = np.random.default_rng(0), FRAMES * config.hop
    periods = np.cumsum(PITCH * 2 ** (np.arange(frames) / frames) / config.sample_rate)
    saw = LOUDNESS * (2 * (periods % 1) - 1)
    saw[frames // 3 : frames // 2] = 0
    noise = 0.1 * LOUDNESS * random.standard_normal(frames)
    return (saw + noise).astype(np.float32).reshape(FRAMES, config.hop)


def _codes(config: ShapedConfig, voices: int) -> NDArray[np.uint16]:
    """Return random codes (V, N, stages), voiced most of the time."""
    random = np.random.default_rng(1)
    columns = [random.integers(0, size, (voices, FRAMES), np.uint16) for size in config.books]
    codes = np.stack(columns, -1)
    codes[:, ::5, 0] = 0
    return codes


def _heard_at_once(network: ShapedVQVAE, sound: Floats) -> tuple[Floats, Floats]:
    """Return the network's (N, latent + 2) and (N, latent) of sound that is as late."""
    config = network.config
    late = np.concatenate([np.zeros(config.look_ahead, np.float32), sound.ravel()])
    pitches = tracked(late, config.sample_rate, config.look_ahead)[: STEPS * FRAMES + 1]
    heard = torch.from_numpy(pitches[2::2])[None]
    features = network.heard(torch.from_numpy(late)[None], heard)
    latents = network.encoder(features)[0].T.numpy()
    return np.concatenate([latents, features[0, -2:, 1::2].T.numpy()], 1), latents


def _made_at_once(
    network: ShapedVQVAE, codes: NDArray[np.uint16], voice: int, label: int
) -> Floats:
    """Return the network's sound (N, hop) of codes (N, stages)."""
    config = network.config
    spoken = pitches_of(np.concatenate([[0], codes[:, 0]]).astype(np.int64))
    latent = network.quantizer.decode(torch.from_numpy(codes[None, :, 1:].astype(np.int64)))
    bands = network.decoder(latent, torch.from_numpy(spoken)[None], network.labels.weight[[label]])
    excitations = pulses_of(spoken, config), noise_of(voice, FRAMES * config.hop)
    pulses, noise = (torch.from_numpy(excitation)[None] for excitation in excitations)
    waveform: Floats = network.synthesis(bands, pulses, noise).numpy()
    return waveform.reshape(FRAMES, config.hop)


def _miss(books: Tensor, residual: Tensor, codes: NDArray[np.uint16]) -> float:
    """Return how much farther than the nearest vector that of a code is, at most."""
    worst = 0.0
    for stage, vectors in enumerate(books):
        ours = torch.from_numpy(codes[:, 1 + stage].astype(np.int64))
        distances = torch.cdist(residual, vectors)  # (N, codes)
        behind = distances.gather(-1, ours[:, None])[:, 0] - distances.min(-1).values
        worst = max(worst, float(behind.max()))
        residual = residual - vectors[ours]
    return worst
