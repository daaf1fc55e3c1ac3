"""WaveNet in its parallel form, the one that is trained.

van den Oord et al. 2016, "WaveNet: A Generative Model for Raw Audio" (arXiv 1609.03499): gated
dilated causal convolutions of kernel 2, residual and skip paths, a softmax over μ-law codes.
Everything is a matrix product over (batch, time, channels): the two taps and the local conditioning
are one product a layer, and all skips are one product at the end.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .config import WaveNetConfig


class WaveNet(nn.Module):
    """Logits of the next code from all codes before it.

    With B batch, T time, R residual, S skip, A output, C local conditioning, E embedding, L layers:

        h_0[t]     = previous[x[t-1]] + current[x[t]]
        a, b       = dilated_l [h_l[t-d_l]; h_l[t]; c[t]] + instrument_l e
        z_l[t]     = tanh(a) · sigmoid(b)
        h_{l+1}[t] = h_l[t] + residual_l z_l[t]
        logits[t]  = logit(relu(output(relu(skip [z_0[t] … z_{L-1}[t]]))))

    `logits[t]` is the distribution of code x[t+1], and c[t] is the conditioning of frame t+1.

    A network of N bands hears and predicts a code of each. Its h_0 is the sum over bands, and every
    band above the lowest has a head of its own; no band of a frame knows the others of that frame.
    """

    def __init__(self, config: WaveNetConfig) -> None:
        super().__init__()
        self.config = config
        residual, layers = config.residual, len(config.dilations)
        self.previous = nn.Embedding(sum(config.codes), residual)  # band after band
        self.current = nn.Embedding(sum(config.codes), residual)
        self.first_codes = [sum(config.codes[:band]) for band in range(config.bands)]
        self.instruments = nn.Embedding(len(config.instruments), config.embedding)
        self.instrument = nn.Linear(config.embedding, 2 * residual * layers, bias=False)
        self.dilated = nn.ModuleList(
            nn.Linear(2 * residual + config.conditioning, 2 * residual) for _ in config.dilations
        )
        # the last layer feeds only the skip path
        self.residual = nn.ModuleList(nn.Linear(residual, residual) for _ in config.dilations[:-1])
        self.skip = nn.Linear(residual * layers, config.skip)
        self.output = nn.Linear(config.skip, config.output)
        self.logit = nn.Linear(config.output, config.codes[0])
        upper = zip(config.upper_output, config.upper_codes, strict=True)
        self.upper = nn.ModuleList(Head(config.skip, output, codes) for output, codes in upper)

    def forward(self, codes: Tensor, conditioning: Tensor | None, embedding: Tensor) -> Tensor:
        """Return (B, T, 256) logits; those of several bands one after another.

        `codes` (B, T) int64, of several bands (B, T, N); `conditioning` (B, T, C) float or None if
        C = 0; `embedding` (B, E). Frames before the first are zeros in every layer, as in a freshly
        reset stream.
        """
        firsts = torch.tensor(self.first_codes, device=codes.device)
        heard = codes.view(*codes.shape[:2], -1) + firsts  # (B, T, N)
        current, previous = self.current(heard).sum(2), self.previous(heard).sum(2)
        hidden = current + delay(previous, 1)  # (B, T, R)
        biases = self.instrument(embedding).chunk(len(self.dilated), dim=-1)  # L × (B, 2R)
        gated = []
        for index, dilation in enumerate(self.config.dilations):
            taps = [delay(hidden, dilation), hidden]
            inputs = torch.cat(taps if conditioning is None else [*taps, conditioning], dim=-1)
            gate = self.dilated[index](inputs) + biases[index][:, None]  # (B, T, 2R)
            filtered, opening = gate.chunk(2, dim=-1)  # 2 × (B, T, R)
            gated.append(torch.tanh(filtered) * torch.sigmoid(opening))
            if index < len(self.residual):
                hidden = hidden + self.residual[index](gated[-1])
        skip = F.relu(self.skip(torch.cat(gated, dim=-1)))  # (B, T, S)
        logits: Tensor = self.logit(F.relu(self.output(skip)))  # (B, T, 256)
        if not self.upper:
            return logits
        return torch.cat([logits, *(head(skip) for head in self.upper)], dim=-1)

    def teacher_forced(
        self, codes: Tensor, conditioning: Tensor | None, embedding: Tensor
    ) -> Tensor:
        """Return the logits of `codes` from those before them, after silence; see `forward`."""
        silence = torch.tensor(self.config.codes, device=codes.device) // 2  # (N,)
        past = torch.cat([silence.expand_as(codes[:, :1]), codes[:, :-1]], dim=1)
        logits: Tensor = self(past, conditioning, embedding)
        return logits


class Head(nn.Module):
    """Output layers of an upper band: turn skips (B, T, S) into logits (B, T, codes)."""

    def __init__(self, skip: int, output: int, codes: int) -> None:
        super().__init__()
        self.output = nn.Linear(skip, output)
        self.logit = nn.Linear(output, codes)

    def forward(self, skip: Tensor) -> Tensor:
        """Return logits."""
        logits: Tensor = self.logit(F.relu(self.output(skip)))
        return logits


def delay(signal: Tensor, frames: int) -> Tensor:
    """Return (B, T, C) moved `frames` later, with zeros in front."""
    return F.pad(signal, (0, 0, frames, 0))[:, : signal.shape[1]]
