"""Streaming equals parallel: a generator's coders against the trained network. [control]"""

from collections.abc import Sequence
from pathlib import Path
from typing import cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional as F

from rtaudiogen.generator import Finding
from rtaudiogen.model_file import read_tensors

from ...compiled.conv.layers import Floats
from ...measuring.parallel import close, whole_and_resumed
from ..coders import Decoder, Encoder, label_bias
from ..config import VQVAEConfig
from ..layers import unfold
from .network import VQVAE
from .packing import Packed, rounded
from .quantizer import Stage

FRAMES, INTERRUPTION = 40, 17  # code frames
LOUDNESS = 0.2  # RMS of the noise that is encoded
LATENT_TOLERANCE = 1e-4  # of the largest number
WAVEFORM_TOLERANCE = 1e-5  # of the peak
TIE = 1e-5  # cosines this close are the same in float32


def check(
    config: VQVAEConfig, path: Path, packed: Packed, encoder: Encoder, decoder: Decoder, voices: int
) -> Sequence[Finding]:
    """Compare a generator's encoder, quantiser and decoder with the parallel forward.

    Both hold the same bfloat16-rounded weights. Checked from reset, and with the state saved,
    disturbed and restored in the middle.
    """
    used, network = rounded(config, read_tensors(path)), VQVAE(config).eval()
    unfold(network, {name: torch.from_numpy(np.array(used[name])) for name in used})
    return compare(packed, encoder, decoder, voices, network)


@torch.inference_mode()
def compare(
    packed: Packed, encoder: Encoder, decoder: Decoder, voices: int, network: VQVAE
) -> Sequence[Finding]:
    """Compare a packed model on some processor with a network of the same rounded weights."""
    config, random = packed.config, np.random.default_rng(0)
    sound = LOUDNESS * random.standard_normal((FRAMES, config.hop), np.float32)
    latents = network.encoder(torch.from_numpy(sound).view(1, -1))[0].T.numpy()  # (N, latent)
    heard, heard_again = _encoded(encoder, sound, config.latent)

    codes = random.integers(0, config.codes, (voices, FRAMES, config.stages), np.uint16)
    label = len(config.labels) - 1
    total = network.quantizer.decode(torch.from_numpy(codes.astype(np.int64)))  # (V, latent, N)
    embedding = network.labels.weight[label].expand(voices, -1)
    waveform = network.decoder(total, embedding).numpy().reshape(voices, FRAMES, config.hop)
    played, played_again = _decoded(packed, decoder, codes, packed.labels[label])

    return [
        close("encoder: streaming equals parallel", heard, latents, LATENT_TOLERANCE),
        close("encoder: the same across save and restore", heard_again, latents, LATENT_TOLERANCE),
        _quantised(packed, encoder, network, sound, latents),
        close("decoder: streaming equals parallel", played, waveform, WAVEFORM_TOLERANCE),
        close(
            "decoder: the same across save and restore", played_again, waveform, WAVEFORM_TOLERANCE
        ),
    ]


def _encoded(encoder: Encoder, sound: Floats, size: int) -> tuple[Floats, Floats]:
    """Return (N, latent) from reset, and with an interruption."""

    def through(part: Floats) -> Floats:
        out = np.zeros((len(part), size), np.float32)
        for frame, latent in zip(part, out, strict=True):
            encoder.encode_latent(frame, latent)
        return out

    return whole_and_resumed(
        encoder, encoder.reset, lambda part: through(sound[part]), len(sound), INTERRUPTION
    )


def _decoded(
    packed: Packed, decoder: Decoder, codes: NDArray[np.uint16], embedding: Floats
) -> tuple[Floats, Floats]:
    """Return (V, N, hop) of all voices together, from reset, and with an interruption."""
    config, voices, bias = packed.config, len(codes), label_bias(packed, embedding)
    due, latents = np.ones(voices, np.bool_), np.zeros((voices, config.latent), np.float32)

    def reset() -> None:
        for voice in range(voices):
            decoder.reset_voice(voice)

    def through(part: NDArray[np.uint16]) -> Floats:
        out = np.zeros((part.shape[1], voices, config.hop), np.float32)
        for frame, blocks in enumerate(out):
            for voice, latent in enumerate(latents):
                packed.latent_of(part[voice, frame], config.stages, latent)
            decoder.decode_due(due, latents, bias, blocks)
        return out.swapaxes(0, 1)

    return whole_and_resumed(
        decoder, reset, lambda part: through(codes[:, part]), codes.shape[1], INTERRUPTION, axis=1
    )


def _quantised(
    packed: Packed, encoder: Encoder, network: VQVAE, sound: Floats, latents: Floats
) -> Finding:
    """Check that every code's vector is the nearest in the network's book, or as near as it."""
    encoder.reset()
    codes = np.zeros((FRAMES, packed.config.stages), np.uint16)
    for frame, chosen in zip(sound, codes, strict=True):
        encoder.encode(frame, chosen)
    residual, worst = torch.from_numpy(latents)[None].clone(), 0.0
    for index, stage in enumerate(cast(list[Stage], network.quantizer.stages)):
        ours = torch.from_numpy(codes[:, index].astype(np.int64))
        cosines = F.normalize(stage.down(residual), dim=-1)[0] @ stage.book.vectors.T  # (N, codes)
        behind = cosines.max(-1).values - cosines.gather(-1, ours[:, None])[:, 0]
        worst = max(worst, float(behind.max()))
        residual -= stage.up(stage.book.vectors[ours])
    detail = f"a code's cosine is at most {worst:.1e} behind the best, limit {TIE:.0e}"
    return Finding("quantiser: the nearest code in every stage", worst < TIE, detail)
