"""Streaming equals parallel: what both coders' streams are held against. [control]"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from rtaudiogen.generator import Finding

from ..compiled.conv.layers import Floats
from ..measuring.parallel import close, whole_and_resumed
from .coders import Coder, Decoder, Encoder, label_bias
from .layers import unfold
from .packed import rounded
from .units import CoderLayers

N = TypeVar("N", bound=nn.Module)

FRAMES, INTERRUPTION = 40, 17  # code frames
LATENT_TOLERANCE = 1e-4  # of the largest number


class Reference(NamedTuple):
    """Input for N code frames, and what a network in its parallel form makes of it."""

    sound: Floats  # (N, hop)
    points: Floats  # (N, point) of the sound
    codes: NDArray[np.uint16]  # (V, N, stages) of V voices
    label: int  # that the codes are to sound like
    waveform: Floats  # (V, N, hop) of the codes
    tolerance: float  # of the waveform, as a share of its peak
    miss: Callable[[NDArray[np.uint16]], float]  # of the sound's codes (N, stages): how far they …
    tie: float  # … may be behind the nearest ones, which are the same in float32


def rounded_network(network: N, layers: CoderLayers, tensors: Mapping[str, NDArray[Any]]) -> N:
    """Return a new network with the weights that streams of these tensors are computed with."""
    used = rounded(layers, tensors)
    unfold(network, {name: torch.from_numpy(np.array(used[name])) for name in used})
    return network.eval()


def compare(
    coder: Coder, encoder: Encoder, decoder: Decoder, reference: Reference
) -> Sequence[Finding]:
    """Compare streams with a network of the same rounded weights.

    Checked from reset, and with the state saved, disturbed and restored in the middle.
    """
    heard = _encoded(encoder, reference.sound, coder.config.point)
    bias = label_bias(coder, coder.labels[reference.label])
    played = _decoded(coder, decoder, reference.codes, bias)
    return [
        *_close("encoder", heard, reference.points, LATENT_TOLERANCE),
        _quantised(coder, encoder, reference),
        *_close("decoder", played, reference.waveform, reference.tolerance),
    ]


def _close(
    part: str, streamed: tuple[Floats, Floats], expected: Floats, tolerance: float
) -> Iterator[Finding]:
    names = "streaming equals parallel", "the same across save and restore"
    for name, ours in zip(names, streamed, strict=True):
        yield close(f"{part}: {name}", ours, expected, tolerance)


def _encoded(encoder: Encoder, sound: Floats, size: int) -> tuple[Floats, Floats]:
    """Return points (N, size) from reset, and with an interruption."""

    def through(part: Floats) -> Floats:
        out = np.zeros((len(part), size), np.float32)
        for frame, point in zip(part, out, strict=True):
            encoder.encode_latent(frame, point)
        return out

    return whole_and_resumed(
        encoder, encoder.reset, lambda part: through(sound[part]), len(sound), INTERRUPTION
    )


def _decoded(
    coder: Coder, decoder: Decoder, codes: NDArray[np.uint16], bias: Floats
) -> tuple[Floats, Floats]:
    """Return (V, N, hop) of all voices together, from reset, and with an interruption."""
    config, voices = coder.config, len(codes)
    due, points = np.ones(voices, np.bool_), np.zeros((voices, config.point), np.float32)

    def reset() -> None:
        for voice in range(voices):
            decoder.reset_voice(voice)

    def through(part: NDArray[np.uint16]) -> Floats:
        out = np.zeros((part.shape[1], voices, config.hop), np.float32)
        for frame, blocks in enumerate(out):
            for voice, point in enumerate(points):
                coder.latent_of(part[voice, frame], config.stages, point)
            decoder.decode_due(due, points, bias, blocks)
        return out.swapaxes(0, 1)

    return whole_and_resumed(
        decoder, reset, lambda part: through(codes[:, part]), codes.shape[1], INTERRUPTION, axis=1
    )


def _quantised(coder: Coder, encoder: Encoder, reference: Reference) -> Finding:
    """Check that every code's vector is the nearest in the network's book, or as near as it."""
    encoder.reset()
    codes = np.zeros((len(reference.sound), coder.config.stages), np.uint16)
    for frame, chosen in zip(reference.sound, codes, strict=True):
        encoder.encode(frame, chosen)
    miss = reference.miss(codes)
    detail = f"a code is at most {miss:.1e} behind the nearest, limit {reference.tie:.0e}"
    return Finding("quantiser: the nearest code in every stage", miss < reference.tie, detail)
