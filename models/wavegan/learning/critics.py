"""Critics of the generator: the paper's discriminator, one for spectra, and BEGAN's.

A critic has a view of sounds (B, T), and maps it and their classes (B,) to scores (B,) and the
outputs of its layers. Gradient penalties are taken in that view: the slope of a logarithm says more
about silence than about the critic.
"""

from collections.abc import Sequence
from functools import partial
from itertools import pairwise
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ..config import LEVELS, WaveGANConfig
from ..network import SLOPE, Discriminator, Downsampling, Upsampling
from . import losses

WINDOW_FRAMES, HOP_FRAMES = 512, 256
SPECTRAL_FLOOR = 1e-3  # of full scale: structure below it is ignored
CODE = 64  # dimensions between the two halves of BEGAN's autoencoder
PENALTY_SHARE = 1 / 8  # of the steps in which R1 is computed, with as much more weight


class Judgement(NamedTuple):
    """Scores (B,), and the outputs of the layers."""

    score: Tensor
    features: Sequence[Tensor]


class Critic(nn.Module):
    """Base of the critics."""

    def view(self, signal: Tensor) -> Tensor:
        """Return the view of (B, T): here the waveform itself."""
        return signal

    def forward(self, view: Tensor, classes: Tensor) -> Judgement:
        """Judge a view (B, …) with its classes (B,)."""
        raise NotImplementedError


class SpectralCritic(Critic):
    """Critic of the logarithmic spectrogram: it learns timbre long before the other learns
    phases.
    """

    def __init__(self, config: WaveGANConfig, width: int) -> None:
        super().__init__()
        widths = (1, width, 2 * width, 4 * width, 4 * width)
        shapes = [((5, 7), (4, 2)), ((5, 5), (4, 2)), ((3, 3), (2, 2)), ((3, 3), (2, 2))]
        self.levels = nn.ModuleList(
            nn.Conv2d(*sizes, kernel, stride, (kernel[0] // 2, kernel[1] // 2))
            for sizes, (kernel, stride) in zip(pairwise(widths), shapes, strict=True)
        )
        self.last = nn.Conv2d(widths[-1], 1, 1)
        self.classes = nn.Embedding(max(1, len(config.classes)), widths[-1])
        nn.init.zeros_(self.classes.weight)

    def view(self, signal: Tensor) -> Tensor:
        """Return the spectrogram (B, 1, bins, frames)."""
        return log_spectrogram(signal)[:, None]

    def forward(self, view: Tensor, classes: Tensor) -> Judgement:
        """Judge a view (B, 1, bins, frames) with its classes (B,)."""
        x, features = view, []
        for level in self.levels:
            x = F.leaky_relu(level(x), SLOPE)
            features.append(x)
        score = self.last(x).mean((1, 2, 3))
        return Judgement(score + (self.classes(classes) * x.mean((2, 3))).sum(1), features)


def log_spectrogram(signal: Tensor) -> Tensor:
    """Return the logarithmic spectrogram (B, 256 bins, T / 256) of (B, T), about 0 … 1."""
    with torch.autocast(signal.device.type, enabled=False):
        window = torch.hann_window(WINDOW_FRAMES, device=signal.device)
        spectrum = torch.stft(
            signal.float(), WINDOW_FRAMES, HOP_FRAMES, window=window, return_complex=True
        )[:, 1:, :-1]
        power = spectrum.real.square() + spectrum.imag.square()
        full_scale = (WINDOW_FRAMES / 4) ** 2  # of a sine
        return 1 + 0.5 * torch.log10(power / full_scale + SPECTRAL_FLOOR**2) / 3


class WaveformCritic(Critic):
    """The paper's discriminator."""

    def __init__(self, config: WaveGANConfig, width: int) -> None:
        super().__init__()
        self.network = Discriminator(config, width)

    def forward(self, view: Tensor, classes: Tensor) -> Judgement:
        """Judge a view (B, T) with its classes (B,)."""
        return Judgement(*self.network(view, classes))


class AutoencoderCritic(Critic):
    """BEGAN's critic: the score is its reconstruction error, so a low score means real."""

    def __init__(self, config: WaveGANConfig, width: int) -> None:
        super().__init__()
        widths = (1, *(width << level for level in range(LEVELS)))
        self.first_frames, inner = config.first_frames, widths[-1] * config.first_frames
        self.down = nn.ModuleList(Downsampling(*sizes) for sizes in pairwise(widths))
        self.code = nn.Linear(inner, CODE)
        self.back = nn.Linear(CODE, inner)
        self.classes = nn.Embedding(max(1, len(config.classes)), CODE)
        self.up = nn.ModuleList(Upsampling(*sizes) for sizes in pairwise(widths[::-1]))
        nn.init.zeros_(self.classes.weight)

    def forward(self, view: Tensor, classes: Tensor) -> Judgement:
        """Judge a view (B, T) with its classes (B,)."""
        x, features = view[:, None], []
        for level in self.down:
            x = F.leaky_relu(level(x), SLOPE)
            features.append(x)
        x = self.back(self.code(x.flatten(1)) + self.classes(classes))
        x = x.view(len(view), -1, self.first_frames)
        for level in self.up:
            x = level(F.leaky_relu(x, SLOPE))
        return Judgement((x[:, 0].float() - view).abs().mean(1), features)


class Critics(nn.Module):
    """All critics of a training, as a module whose forward is their loss."""

    def __init__(
        self, config: WaveGANConfig, kind: str, penalty: float, width: int, spectral_width: int
    ) -> None:
        """`penalty`: weight of the gradient penalty; `spectral_width` 0: no spectral critic."""
        super().__init__()
        self.kind, self.penalty = kind, penalty
        whole = AutoencoderCritic if kind == losses.BEGAN else WaveformCritic
        self.all: list[Critic] = [whole(config, width)]
        if spectral_width:
            self.all.append(SpectralCritic(config, spectral_width))
        self.critics = nn.ModuleList(self.all)
        self.register_buffer("balance", torch.zeros(()))  # BEGAN's k
        self.balance: Tensor

    def judge(self, signal: Tensor, classes: Tensor) -> list[Judgement]:
        """Return the judgement of every critic on (B, T) and (B,)."""
        return [critic(critic.view(signal), classes) for critic in self.all]

    def forward(self, real: Tensor, made: Tensor, classes: Tensor) -> Tensor:
        """Return the loss for real and made sounds, (B, T) each, with the classes (B,) of both."""
        both = self.judge(torch.cat([real, made]), classes.repeat(2))
        total = torch.zeros((), device=real.device)
        balance = self.balance.clone()
        for judgement in both:
            of_real, of_made = judgement.score.float().chunk(2)
            total = total + losses.discriminator_loss(self.kind, of_real, of_made, balance)
            if self.kind == losses.BEGAN:
                with torch.no_grad():
                    self.balance.copy_(losses.next_balance(self.balance, of_real, of_made))
        return total + self._penalty(real, made, classes)

    def _penalty(self, real: Tensor, made: Tensor, classes: Tensor) -> Tensor:
        share = 1.0 if self.kind == losses.WGAN_GP else PENALTY_SHARE
        if not self.penalty or torch.rand(()) >= share:
            return torch.zeros((), device=real.device)
        with torch.autocast(real.device.type, enabled=False):  # slopes of rounded sums are noise
            terms = [
                losses.gradient_penalty(
                    self.kind,
                    partial(_score, critic, classes),
                    critic.view(real),
                    critic.view(made),
                )
                for critic in self.all
            ]
        return torch.stack(terms).sum() * (self.penalty / share)


def _score(critic: Critic, classes: Tensor, view: Tensor) -> Tensor:
    judgement: Judgement = critic(view, classes)
    return judgement.score
