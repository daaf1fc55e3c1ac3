"""Input features of the encoder: log powers in mel bands, and the pitch. [control]"""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .bands import CENTRE, FLOOR, MIDDLE_PITCH, SPREAD, Window, long_window, short_window
from .config import ShapedConfig
from .constant import Constant


class Features(nn.Module):
    """Sound and pitches to numbers, every two steps; it has no weights."""

    def __init__(self, config: ShapedConfig) -> None:
        super().__init__()
        self.config = config
        self.long = _Powers(long_window(config))
        self.short = _Powers(short_window(config))

    @torch.no_grad()
    def forward(self, signal: Tensor, pitches: Tensor) -> Tensor:
        """Map (B, T + look-ahead) and pitches in Hz (B, T / two steps) to (B, features, the same).

        A row's windows end the look-ahead after its last frame, and its short ones a step before.
        """
        every, ahead = 2 * self.config.step, self.config.look_ahead
        rows = pitches.shape[1]
        heard = F.pad(signal, (self.long.frames - every - ahead, 0))
        long = self.long(heard, every)[:, :rows]  # (B, rows, bands)
        short = self.short(signal, self.config.step)[:, : 2 * rows]
        parts = [long, short.reshape(len(signal), rows, -1), as_numbers(pitches).transpose(1, 2)]
        return torch.cat(parts, -1).transpose(1, 2)


def as_numbers(pitches: Tensor) -> Tensor:
    """Map pitches in Hz (B, N), 0 if unvoiced, to (B, 2, N): voiced, and octaves."""
    voiced = (pitches > 0).float()
    octaves = torch.log2(pitches.clamp(min=1.0) / MIDDLE_PITCH) * voiced
    return torch.stack([voiced, octaves], 1)


class _Powers(nn.Module):
    """Log powers in mel bands."""

    def __init__(self, window: Window) -> None:
        super().__init__()
        self.frames, self.transform = len(window.shape), window.transform
        self.shape, self.mel = Constant(window.shape), Constant(window.mel)

    def forward(self, signal: Tensor, every: int) -> Tensor:
        """Map (B, T) to (B, windows, bands)."""
        windows = signal.unfold(1, self.frames, every) * self.shape.beside(signal)
        power = torch.fft.rfft(windows, self.transform).abs().square() @ self.mel.beside(signal)
        return (torch.log(power / self.frames + FLOOR) - CENTRE) / SPREAD
