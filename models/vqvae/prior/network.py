"""The prior over a VQ-VAE's codes: it draws a stream of codes without input.

van den Oord et al. 2017 (arXiv 1711.00937, section 3.3) put an autoregressive network over the
codes of a trained VQ-VAE. Here it is recurrent over code frames (Cho et al. 2014, arXiv 1406.1078)
and goes stage by stage within a frame, as the depth transformer of Lee et al. 2022 (RQ-Transformer,
arXiv 2203.01941) does: p(c) = Π_t Π_q p(c_t,q | c_<t, c_t,<q). With h the core's output,
e_j = E_j[c_t,j] and one table E_q a stage:

    a_q = relu(A_q [h, e_0 … e_q-1] + a)        logits_q = E_q (B_q a_q + b) + o_q

The tables serve as input and output (Press and Wolf 2017, arXiv 1608.05859): there is little sound
to learn thousands of codes from. All a stream remembers is h and its last frame. The delay pattern
of MusicGen (Copet et al. 2023, arXiv 2306.05284) would draw all stages of a step at once, each from
another frame. That helps large transformers; here it would make a frame late by stages - 1 steps
to save products that cost nothing, and draw codes without regard to each other.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ..config import CodesConfig

TABLE_DEVIATION = 0.3  # of the points in the tables before training
IMPOSSIBLE = -30.0  # logit of a code that a smaller book does not have
CODE_DROPOUT = 0.1  # share of past codes that are hidden in training


class Prior(nn.Module):
    """Logits of code frames given those before. Code number `config.codes` means: nothing yet."""

    def __init__(self, config: CodesConfig, dropout: float = 0.0) -> None:
        """Build the network; `dropout` is the share of core outputs that are hidden in training."""
        super().__init__()
        width, points, stages = config.prior_width, config.prior_embedding, config.stages
        self.config = config
        tables = [nn.Embedding(config.codes + 1, points) for _ in range(stages)]
        for table in tables:
            nn.init.normal_(table.weight, std=TABLE_DEVIATION)
        self.tables = nn.ModuleList(tables)
        self.labels = nn.Embedding(len(config.labels), config.embedding)
        self.core = nn.GRU(
            stages * points + config.embedding, width, config.prior_layers, batch_first=True
        )
        self.hidden = nn.ModuleList(nn.Linear(width + q * points, width) for q in range(stages))
        self.point = nn.ModuleList(nn.Linear(width, points) for _ in range(stages))
        self.bias = nn.Parameter(_no_bias(config))
        self.dropout = nn.Dropout(dropout)

    def forward(self, past: Tensor, codes: Tensor, embedding: Tensor) -> list[Tensor]:
        """Return each stage's logits (B, N, codes) of `codes` (B, N, stages) int64.

        `past` (B, N, stages) is the frame before each of them, `embedding` (B, N, E) the point of
        the label that it shall have.
        """
        seen = [self._core(past, embedding)]  # (B, N, W)
        logits = []
        for q, table in enumerate(self.tables):
            a = F.relu(self.hidden[q](torch.cat(seen, -1)))  # (B, N, W)
            point = self.point[q](a)  # (B, N, D)
            logits.append(F.linear(point, _points(table), self.bias[q]))  # (B, N, codes)
            seen.append(table(codes[..., q]))  # (B, N, D)
        return logits

    def _core(self, past: Tensor, embedding: Tensor) -> Tensor:
        """Return the core's output for past frames, (B, N, W)."""
        points = [self._partly_hidden(table(past[..., q])) for q, table in enumerate(self.tables)]
        h: Tensor = self.core(torch.cat([*points, embedding], -1))[0]  # (B, N, W)
        hidden: Tensor = self.dropout(h)
        return hidden

    def _partly_hidden(self, points: Tensor) -> Tensor:
        """Set some of (B, N, D) to 0 in training: codes may be missing (Bowman et al. 2016)."""
        if not self.training:
            return points
        return points * (torch.rand_like(points[..., :1]) >= CODE_DROPOUT)


def _no_bias(config: CodesConfig) -> Tensor:
    """Return (stages, codes): 0 for the codes of each book, IMPOSSIBLE for all others."""
    bias = torch.zeros(len(config.books), config.codes)
    for stage, size in enumerate(config.books):
        bias[stage, size:] = IMPOSSIBLE
    return bias


def _points(table: nn.Module) -> Tensor:
    """Return the points (codes, D) that can be drawn, without "nothing yet"."""
    assert isinstance(table, nn.Embedding)
    return table.weight[:-1]
