"""Loss of the generator as a module, and the inputs of its critics."""

from collections.abc import Iterable, Sequence

import torch
from torch import Tensor, nn

from ...measuring.spectral_distance import SpectralDistance
from ...training.learner import Step
from ..config import WaveGANConfig
from ..network import Generator
from . import losses
from .critics import Critics, Judgement, log_spectrogram
from .guide import Encoder
from .options import TrainingOptions

DIVERGENCE = 0.002  # weight of a nat between a hit's place and the whole latent space
AUDIBLE = 1 / 3  # of a logarithmic spectrogram, -40 dB: differences below do not count
LIKENESS = 2.0  # weight of the critics' features of a hit beside its spectrum


class Objective(nn.Module):
    """Generator and the encoder that guides it, for half of a batch, or all of it without critics.

    For guided hits the features of the critics count, too: Larsen et al. 2016, equation 7.
    """

    def __init__(self, config: WaveGANConfig, options: TrainingOptions) -> None:
        super().__init__()
        self.kind, self.matching = options.loss, options.feature_matching
        self.diversity = options.diversity
        self.generator = Generator(config)
        self.guide, self.encoder = options.guide, Encoder(config) if options.guide else None
        # in a tuple, so that its constant tables are no part of the weights
        self._spectral = (SpectralDistance(config.sample_rate),)

    def forward(
        self, real: Tensor, classes: Tensor, latent: Tensor, against: Critics | None = None
    ) -> Tensor | Step:
        """Return the loss (); against critics, a step with their inputs in each round.

        Shapes as in `dataset.Batch`; the first round is the generator's own.
        """
        hits = len(real[0])
        free = hits if self.encoder is None else hits // 2 if against is not None else 0
        made, divergence = self._make(real[0], classes[0], latent[0], free)
        terms = []
        if self.encoder is not None:
            spectrum = self._spectral[0](made[free:], real[0, free:])
            terms += [self.guide * spectrum, self.guide * DIVERGENCE * divergence]
        if self.diversity and free > 1:
            terms.append(self.diversity * _sameness(made[:free], real[0, :free]))
        if against is None:
            return torch.stack(terms).sum()
        terms += self._contest(real[0], made, classes[0], free, against)
        shown = self._shown(real, classes, latent, made)
        return Step(torch.stack(terms).sum(), shown)

    def _make(
        self, real: Tensor, classes: Tensor, latent: Tensor, free: int
    ) -> tuple[Tensor, Tensor]:
        """Return hits (B, T), of which the first `free` are unguided, and the guide's loss ()."""
        if self.encoder is None:
            return self.generator(latent, classes), torch.zeros((), device=real.device)
        place = self.encoder(real[free:], classes[free:])
        latent = torch.cat([latent[:free], place.draw()])
        return self.generator(latent, classes), place.divergence().mean()

    def _contest(
        self, real: Tensor, made: Tensor, classes: Tensor, free: int, against: Critics
    ) -> list[Tensor]:
        """Return the terms of the loss that depend on critics."""
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

    def _shown(
        self, real: Tensor, classes: Tensor, latent: Tensor, made: Tensor
    ) -> list[dict[str, Tensor]]:
        shown = [{"real": real[0], "made": made.detach(), "classes": classes[0]}]
        for turn in range(1, len(real)):
            with torch.no_grad():
                more = self.generator(latent[turn], classes[turn])
            shown.append({"real": real[turn], "made": more, "classes": classes[turn]})
        return shown


def _sameness(made: Tensor, real: Tensor) -> Tensor:
    """Return how much more alike two made hits of a class are than two real ones, 0 … 1.

    The two are neighbours in (B, T). A critic sees one hit at a time, so it accepts the same good
    hit again and again. In the spirit of mode seeking (Mao et al. 2019, arXiv 1903.05628), but with
    a goal. Quiet parts do not count, because patches of noise in the tails would be the cheapest
    difference.
    """
    pairs = len(made) // 2 * 2

    def difference(signals: Tensor) -> Tensor:
        pictures = log_spectrogram(signals[:pairs]).clamp(min=AUDIBLE)
        return (pictures[0::2] - pictures[1::2]).abs().mean()

    with torch.no_grad():
        wanted = difference(real)
    return torch.relu(1 - difference(made) / wanted.clamp(min=1e-6))


def _from(free: int, judgement: Judgement) -> Sequence[Tensor]:
    """Return the features of the guided hits."""
    return [layer[free:] for layer in judgement.features]


def _mean(terms: Iterable[Tensor]) -> Tensor:
    return torch.stack(list(terms)).mean()
