"""SampleRNN in its parallel form, the one that is trained.

Mehri et al. 2017, "SampleRNN: An Unconditional End-to-End Neural Audio Generation Model"
(arXiv 1612.07837): recurrent tiers with clocks of their own, each conditioning the faster one
below, and a perceptron over the newest samples that predicts the next μ-law code. All tiers are
told the conditioning and the instrument, too.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ..compiled.mulaw import LEVELS, SILENCE
from .config import FRAME, STEP, TAPS, SampleRNNConfig

State = tuple[Tensor, Tensor]  # of the slow and the middle tier, (B, W) each
SCALE = 1 / 64  # of a code's distance from silence, as the tiers see it: -2 … 2
TABLE_DEVIATION = 0.1  # of the tables' numbers before training


class SampleRNN(nn.Module):
    """Logits of the next code from all codes before it.

    With B batch, T samples, W width, C conditioning, E embedding, x[t] the samples of codes, seen
    as s[t] = [x[t-16] … x[t-1]]:

        h[n]   = GRU(h[n-1], [s[16 n]; c[16 n]; e])             slow, every 16 samples
        g[m]   = GRU(g[m-1], U_{m mod 4} h + V [s[4 m]; c[4 m]; e])  middle, every 4
        a[t]   = relu(P_{t mod 4} g + Q [s[t]; c[t]; e] + Σ_k table_k[code[t-k]])  k = 1 … 4
        logits = logit(relu(output(a[t])))                      of code[t]

    The products of one-hot codes with a matrix are rows of a table.
    """

    def __init__(self, config: SampleRNNConfig) -> None:
        super().__init__()
        self.config = config
        width, told = config.width, FRAME + config.conditioning + config.embedding
        self.instruments = nn.Embedding(len(config.instruments), config.embedding)
        self.slow = nn.GRU(told, width, batch_first=True)
        self.slow_out = nn.Linear(width, FRAME // STEP * width)
        self.middle_in = nn.Linear(told, width, bias=False)
        self.middle = nn.GRU(width, width, batch_first=True)
        self.middle_out = nn.Linear(width, STEP * width)
        self.sample_in = nn.Linear(told, width, bias=False)
        self.tables = nn.Parameter(TABLE_DEVIATION * torch.randn(TAPS * LEVELS, width))
        self.output = nn.Linear(width, width)
        self.logit = nn.Linear(width, LEVELS)

    def silent(self, batch: int) -> State:
        """Return the state before the first sample."""
        zeros = torch.zeros(batch, self.config.width, device=self.tables.device)
        return zeros, zeros.clone()

    def forward(
        self, codes: Tensor, conditioning: Tensor, embedding: Tensor, state: State
    ) -> tuple[Tensor, State]:
        """Return (B, T, 256) logits of `codes[:, 16:]`, and the state after them.

        `codes` (B, 16 + T) int64 begins with the frame before the first sample, T a multiple of 16;
        `conditioning` (B, T, C) is of the samples that are predicted; `embedding` (B, E).
        """
        batch, samples = conditioning.shape[:2]
        signal = (codes - SILENCE) * SCALE  # (B, 16 + T)
        seen = signal[:, :-1].unfold(1, FRAME, 1)  # (B, T, 16), what lies before each sample
        point = embedding[:, None].expand(-1, samples, -1)  # (B, T, E)
        told = torch.cat([seen, conditioning, point], dim=-1)  # (B, T, 16 + C + E)

        slow, last_slow = self.slow(told[:, ::FRAME], state[0][None])  # (B, T / 16, W)
        from_slow = self.slow_out(slow).reshape(batch, samples // STEP, -1)  # (B, T / 4, W)
        inputs = from_slow + self.middle_in(told[:, ::STEP])
        middle, last_middle = self.middle(inputs, state[1][None])  # (B, T / 4, W)
        from_middle = self.middle_out(middle).reshape(batch, samples, -1)  # (B, T, W)

        hidden = F.relu(from_middle + self.sample_in(told) + self._rows(codes))  # (B, T, W)
        logits = self.logit(F.relu(self.output(hidden)))  # (B, T, 256)
        return logits, (last_slow[0], last_middle[0])

    def teacher_forced(self, codes: Tensor, conditioning: Tensor, embedding: Tensor) -> Tensor:
        """Return the logits of `codes` from those before them, after silence; see `forward`."""
        past = F.pad(codes, (FRAME, 0), value=SILENCE)
        logits: Tensor = self(past, conditioning, embedding, self.silent(len(codes)))[0]
        return logits

    def _rows(self, codes: Tensor) -> Tensor:
        """Return (B, T, W), the sums of the table rows of the four codes before each sample."""
        newest = codes[:, FRAME - TAPS : -1].unfold(1, TAPS, 1)  # (B, T, 4), oldest first
        places = newest + LEVELS * torch.arange(TAPS, device=codes.device)
        rows = F.embedding_bag(places.flatten(0, 1), self.tables, mode="sum")  # (B · T, W)
        return rows.reshape(*newest.shape[:2], -1)
