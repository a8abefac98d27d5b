"""The network of 2009.09761, figure 2 and section 3: x_t, t -> eps.  Shapes: audio [B, N], hidden [B, N, C].

A 1x1 convolution is a linear map of every sample, so it is written as one."""
import math
import torch
from torch import nn
from .params import params as p


class StepEmbedding(nn.Module):
    """128 sines and cosines of the step, then two fully connected layers with SiLU.

    A fractional step (an aligned one of the fast schedule) takes the line between its neighbours' sines: the fastest of
    them turn 1591 times a step, so that a sine of the fraction itself would be noise to the network.
    """

    def __init__(self):
        super().__init__()
        half = p.embedding // 2
        angle = torch.arange(p.steps)[:, None] * 10.0 ** (torch.arange(half, dtype=torch.float64) * 4 / (half - 1))
        self.register_buffer("table", torch.cat((angle.sin(), angle.cos()), 1).float(), persistent=False)
        self.first, self.second = nn.Linear(p.embedding, p.hidden), nn.Linear(p.hidden, p.hidden)

    def forward(self, t):                                # [B], 0-based, may be fractional -> [B, hidden]
        share = (1 - (t[:, None] - torch.arange(p.steps, device=t.device)).abs()).clamp_min(0)     # hat functions
        h = nn.functional.silu(self.first(share @ self.table))
        return nn.functional.silu(self.second(h))


class ResidualLayer(nn.Module):
    def __init__(self, dilation):
        super().__init__()
        c, self.dilation = p.channels, dilation
        self.step = nn.Linear(p.hidden, c)
        self.dilated = nn.Linear(3 * c, 2 * c)           # three taps, `dilation` apart, as one product: twice as fast here
        self.out = nn.Linear(c, 2 * c)
        for layer in (self.dilated, self.out):
            nn.init.kaiming_normal_(layer.weight)

    def forward(self, x, step):
        n, d = x.shape[1], self.dilation
        y = nn.functional.pad(x + self.step(step)[:, None], (0, 0, d, d))         # on both sides: not causal
        y = self.dilated(torch.cat((y[:, :n], y[:, d:d + n], y[:, 2 * d:]), 2))
        gate, filtered = y.chunk(2, 2)
        residual, skip = self.out(gate.sigmoid() * filtered.tanh()).chunk(2, 2)
        return (x + residual) / math.sqrt(2), skip


class DiffWave(nn.Module):
    def __init__(self):
        super().__init__()
        c = p.channels
        self.input = nn.Linear(1, c)
        self.step = StepEmbedding()
        self.layers = nn.ModuleList(ResidualLayer(2 ** (i % p.cycle)) for i in range(p.layers))
        self.skip = nn.Linear(c, c)
        self.output = nn.Linear(c, 1)
        nn.init.kaiming_normal_(self.input.weight)
        nn.init.kaiming_normal_(self.skip.weight)
        nn.init.zeros_(self.output.weight)               # begins by predicting no noise

    def forward(self, x, t):                             # [B, N], [B] -> [B, N]
        step, x, total = self.step(t), self.input(x[:, :, None]).relu(), 0
        for layer in self.layers:
            x, skip = layer(x, step)
            total = total + skip
        return self.output(self.skip(total / math.sqrt(p.layers)).relu())[:, :, 0]
