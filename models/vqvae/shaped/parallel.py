"""Streaming equals parallel: the compiled shaped coder against the trained network. [control]"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from rtaudiogen.generator import Finding
from rtaudiogen.model_file import read_tensors

from ...compiled.conv.layers import Floats
from ...measuring.parallel import close, whole_and_resumed
from ..coders import Decoder, Encoder
from ..layers import unfold
from .config import STEPS, ShapedConfig
from .excitation import pulses_of
from .network import ShapedVQVAE
from .packing import ShapedPacked, rounded
from .pitch import pitches_of, tracked
from .shaping import noise_of

FRAMES, INTERRUPTION = 40, 17  # code frames
LOUDNESS, PITCH = 0.2, 140.0  # amplitude and Hz of what is encoded
LATENT_TOLERANCE = 1e-4  # of the largest number
WAVEFORM_TOLERANCE = 5e-4  # of the peak: bands are exponents, and phases many turns
TIE = 1e-4  # distances this close are the same in float32


def check(
    config: ShapedConfig, path: Path, packed: ShapedPacked, encoder: Encoder, decoder: Decoder,
    voices: int,
) -> Sequence[Finding]:  # fmt: skip
    """Compare a generator's encoder, quantiser and decoder with the parallel forward.

    Both hold the same bfloat16-rounded weights. Checked from reset, and with the state saved,
    disturbed and restored in the middle.
    """
    used, network = rounded(config, read_tensors(path)), ShapedVQVAE(config).eval()
    unfold(network, {name: torch.from_numpy(np.array(used[name])) for name in used})
    return compare(packed, encoder, decoder, voices, network)


@torch.inference_mode()
def compare(
    packed: ShapedPacked, encoder: Encoder, decoder: Decoder, voices: int, network: ShapedVQVAE
) -> Sequence[Finding]:
    """Compare a packed model with a network of the same rounded weights."""
    config, sound = packed.config, _sound(packed.config)
    points, latents = _heard_at_once(network, sound)
    heard, heard_again = _encoded(encoder, sound, config.point)
    codes = _codes(config, voices)
    label = len(config.labels) - 1
    waveform = np.stack([_made_at_once(network, c, v, label) for v, c in enumerate(codes)])
    played, played_again = _decoded(packed, decoder, codes, label)
    return [
        close("encoder: streaming equals parallel", heard, points, LATENT_TOLERANCE),
        close("encoder: the same across save and restore", heard_again, points, LATENT_TOLERANCE),
        _quantised(packed, encoder, network, sound, latents),
        close("decoder: streaming equals parallel", played, waveform, WAVEFORM_TOLERANCE),
        close(
            "decoder: the same across save and restore", played_again, waveform, WAVEFORM_TOLERANCE
        ),
    ]


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


def _encoded(encoder: Encoder, sound: Floats, size: int) -> tuple[Floats, Floats]:
    """Return (N, latent + 2) from reset, and with an interruption."""

    def through(part: Floats) -> Floats:
        out = np.zeros((len(part), size), np.float32)
        for frame, point in zip(part, out, strict=True):
            encoder.encode_latent(frame, point)
        return out

    return whole_and_resumed(
        encoder, encoder.reset, lambda part: through(sound[part]), len(sound), INTERRUPTION
    )


def _decoded(
    packed: ShapedPacked, decoder: Decoder, codes: NDArray[np.uint16], label: int
) -> tuple[Floats, Floats]:
    """Return (V, N, hop) of all voices together, from reset, and with an interruption."""
    config, voices = packed.config, len(codes)
    bias = np.empty_like(packed.bias)
    packed.fill_bias(packed.labels[label], bias)
    due, points = np.ones(voices, np.bool_), np.zeros((voices, config.point), np.float32)

    def reset() -> None:
        for voice in range(voices):
            decoder.reset_voice(voice)

    def through(part: NDArray[np.uint16]) -> Floats:
        out = np.zeros((part.shape[1], voices, config.hop), np.float32)
        for frame, blocks in enumerate(out):
            for voice, point in enumerate(points):
                packed.latent_of(part[voice, frame], config.stages, point)
            decoder.decode_due(due, points, bias, blocks)
        return out.swapaxes(0, 1)

    return whole_and_resumed(
        decoder, reset, lambda part: through(codes[:, part]), codes.shape[1], INTERRUPTION, axis=1
    )


def _quantised(
    packed: ShapedPacked, encoder: Encoder, network: ShapedVQVAE, sound: Floats, latents: Floats
) -> Finding:
    """Check that every code's vector is the nearest in the network's book, or as near as it."""
    encoder.reset()
    codes = np.zeros((FRAMES, packed.config.stages), np.uint16)
    for frame, chosen in zip(sound, codes, strict=True):
        encoder.encode(frame, chosen)
    residual, worst = torch.from_numpy(latents).double(), 0.0
    for stage, vectors in enumerate(network.quantizer.books.vectors.double()):
        ours = torch.from_numpy(codes[:, 1 + stage].astype(np.int64))
        distances = torch.cdist(residual, vectors)  # (N, codes)
        behind = distances.gather(-1, ours[:, None])[:, 0] - distances.min(-1).values
        worst = max(worst, float(behind.max()))
        residual = residual - vectors[ours]
    detail = f"a code is at most {worst:.1e} farther than the nearest, limit {TIE:.0e}"
    return Finding("quantiser: the nearest code in every stage", worst < TIE, detail)
