"""The generator's loss as a module, and what its critics learn from."""

from collections.abc import Iterable, Sequence

import torch
from torch import Tensor, nn

from ..measuring.spectral_distance import SpectralDistance
from . import losses
from .config import WaveGANConfig
from .critics import Critics, Judgement, log_spectrogram
from .guide import Encoder
from .network import Generator
from .options import TrainingOptions

DIVERGENCE = 0.002  # weight of a nat between a hit's place and the whole latent space
AUDIBLE = 1 / 3  # of a logarithmic spectrogram, -40 dB: only from there on hits differ
LIKENESS = 2.0  # weight of the critics' features of a hit beside its spectrum


class Objective(nn.Module):
    """Generator, and the encoder that guides it: the last half of a batch, or all without critics.

    Of what is guided the critics' opinion counts by their features, too: Larsen et al. 2016,
    equation 7.
    """

    def __init__(self, config: WaveGANConfig, options: TrainingOptions) -> None:
        super().__init__()
        self.kind, self.matching = options.loss, options.feature_matching
        self.diversity = options.diversity
        self.generator = Generator(config)
        self.guide, self.encoder = options.guide, Encoder(config) if options.guide else None
        self.made: list[dict[str, Tensor]] = []  # what the critics are shown, a step for each
        # in a tuple, so that its constant tables are no part of the weights
        self._spectral = (SpectralDistance(config.sample_rate),)

    def forward(
        self, real: Tensor, classes: Tensor, latent: Tensor, against: Critics | None = None
    ) -> Tensor:
        """Shapes as in `dataset.Batch`; of the rounds, the first is the generator's own."""
        hits = len(real[0])
        free = hits if self.encoder is None else hits // 2 if against is not None else 0
        made, divergence = self._make(real[0], classes[0], latent[0], free)
        terms = []
        if self.encoder is not None:
            spectrum = self._spectral[0](made[free:], real[0, free:])
            terms += [self.guide * spectrum, self.guide * DIVERGENCE * divergence]
        if self.diversity and free > 1:
            terms.append(self.diversity * _sameness(made[:free], real[0, :free]))
        if against is not None:
            terms += self._contest(real[0], made, classes[0], free, against)
            self._show(real, classes, latent, made)
        return torch.stack(terms).sum()

    def _make(
        self, real: Tensor, classes: Tensor, latent: Tensor, free: int
    ) -> tuple[Tensor, Tensor]:
        """Hits (B, T), of which the first `free` come from anywhere, and the guide's price ()."""
        if self.encoder is None:
            return self.generator(latent, classes), torch.zeros((), device=real.device)
        place = self.encoder(real[free:], classes[free:])
        latent = torch.cat([latent[:free], place.draw()])
        return self.generator(latent, classes), place.divergence().mean()

    def _contest(
        self, real: Tensor, made: Tensor, classes: Tensor, free: int, against: Critics
    ) -> list[Tensor]:
        """The terms that critics are asked for."""
        judged = against.judge(made, classes)
        terms = [losses.generator_loss(self.kind, judgement.score.float()) for judgement in judged]
        if not self.matching and self.encoder is None:
            return terms
        with torch.no_grad():
            genuine = against.judge(real, classes)
        pairs = list(zip(judged, genuine, strict=True))
        if self.matching:
            matched = [losses.feature_matching(m.features, r.features) for m, r in pairs]
            terms.append(self.matching * _mean(matched))
        if self.encoder is not None:
            alike = [losses.feature_distance(_from(free, m), _from(free, r)) for m, r in pairs]
            terms.append(self.guide * LIKENESS * _mean(alike))
        return terms

    def _show(self, real: Tensor, classes: Tensor, latent: Tensor, made: Tensor) -> None:
        self.made = [{"real": real[0], "made": made.detach(), "classes": classes[0]}]
        for turn in range(1, len(real)):
            with torch.no_grad():
                more = self.generator(latent[turn], classes[turn])
            self.made.append({"real": real[turn], "made": more, "classes": classes[turn]})


def _sameness(made: Tensor, real: Tensor) -> Tensor:
    """How far two hits of a class, neighbours in (B, T), fall short of two real ones: 0 … 1.

    A critic sees one hit at a time and is content with the same good one again. In the spirit of
    mode seeking (Mao et al. 2019, arXiv 1903.05628), but with a goal. What is quiet does not count:
    patches of noise in the tails were the cheapest difference to make.
    """
    pairs = len(made) // 2 * 2

    def difference(signals: Tensor) -> Tensor:
        pictures = log_spectrogram(signals[:pairs]).clamp(min=AUDIBLE)
        return (pictures[0::2] - pictures[1::2]).abs().mean()

    with torch.no_grad():
        wanted = difference(real)
    return torch.relu(1 - difference(made) / wanted.clamp(min=1e-6))


def _from(free: int, judgement: Judgement) -> Sequence[Tensor]:
    """The features of what is guided."""
    return [layer[free:] for layer in judgement.features]


def _mean(terms: Iterable[Tensor]) -> Tensor:
    return torch.stack(list(terms)).mean()
