"""What the networks over frequency bands are made of; on [B, T, K, C]: batch, frames, bands, channels."""
import math
import torch
from torch import nn
from .scan import scan


def linear(*shape):                                      # [..., in, out], as torch's Linear would start
    bound = 1 / math.sqrt(shape[-2])
    return nn.Parameter(torch.empty(*shape).uniform_(-bound, bound))


def encode_bands(bins, bands, weights):
    """[B, T, F, n] -> [B, T, K, C]: each band (how many, bins each) through its own matrix."""
    b, t, _, per_bin = bins.shape
    out = []
    for (n, w), weight, part in zip(bands, weights, bins.split([n * w for n, w in bands], 2)):
        part = part.reshape(b * t, n, w * per_bin).transpose(0, 1)      # [n, BT, w per_bin]
        out.append(torch.bmm(part, weight).transpose(0, 1))
    return torch.cat(out, 1).view(b, t, -1, out[0].shape[-1])


def decode_bands(h, bands, weights):
    """[B, T, K, C] -> [B, T, F, n], the way back."""
    b, t, _, channels = h.shape
    out = []
    for (n, w), weight, part in zip(bands, weights, h.split([n for n, _ in bands], 2)):
        part = part.reshape(b * t, n, channels).transpose(0, 1)
        out.append(torch.bmm(part, weight).transpose(0, 1).reshape(b, t, n * w, -1))
    return torch.cat(out, 2)


class StepEmbedding(nn.Module):
    """t -> one vector of `channels` for every one of `blocks`."""

    def __init__(self, frequencies, width, blocks, channels):
        super().__init__()
        self.shape = (blocks, 1, 1, channels)
        self.register_buffer("frequency", torch.logspace(0, 2, frequencies))
        self.w1, self.b1 = linear(2 * frequencies, width), nn.Parameter(torch.zeros(width))
        self.w2, self.b2 = linear(width, width), nn.Parameter(torch.zeros(width))
        self.w3, self.b3 = linear(width, blocks * channels), nn.Parameter(torch.zeros(blocks * channels))

    def forward(self, t):                                # [B]
        a = t[:, None] * self.frequency
        h = nn.functional.silu(torch.cat((a.sin(), a.cos()), 1) @ self.w1 + self.b1)
        h = nn.functional.silu(h @ self.w2 + self.b2)
        return (h @ self.w3 + self.b3).view(-1, *self.shape).unbind(1)   # L of [B, 1, 1, C]


class Block(nn.Module):
    """Step, bands mixed, causal dilated taps, condition, gate, residual and skip, a minimal GRU a band. K bands, C channels."""

    def __init__(self, dilation, K, C, gate_bias):
        super().__init__()
        self.dilation = dilation
        self.mix = nn.Parameter(torch.randn(K, K) * 0.5 / math.sqrt(K))
        self.taps = nn.Parameter(torch.randn(3, C) * 0.3)
        self.gate, self.gate_bias = linear(C, 2 * C), nn.Parameter(torch.zeros(K, 2 * C))
        self.out, self.out_bias = linear(C, 2 * C), nn.Parameter(torch.zeros(2 * C))
        self.gru = linear(C, 2 * C)
        slow = torch.cat((torch.linspace(*gate_bias, C), torch.zeros(C)))
        self.gru_bias = nn.Parameter(slow.expand(K, 2 * C).clone())

    def forward(self, x, c, step, past, h0):             # x [B, T, K, C], c [B, T, K, 2C]
        b, t, K, C = x.shape
        h = x + step
        h = h + torch.matmul(self.mix, h)                # across bands
        d, f = self.dilation, torch.cat((past, h), 1)    # causal, dilated in time
        u = h * (1 + self.taps[2]) + f[:, :t] * self.taps[0] + f[:, d:d + t] * self.taps[1]
        z = (u.reshape(-1, C) @ self.gate).view(b, t, K, 2 * C) + (c + self.gate_bias)
        a, g = z.chunk(2, -1)
        o = torch.addmm(self.out_bias, (a.tanh() * g.sigmoid()).reshape(-1, C), self.out).view(b, t, K, 2 * C)
        residual, skip = o.chunk(2, -1)
        x = x + residual
        s, n = ((x.reshape(-1, C) @ self.gru).view(b, t, K, 2 * C) + self.gru_bias).chunk(2, -1)
        m = scan(s.sigmoid(), n.tanh(), h0)            # [B, T, K, C]
        return x + m, skip, f[:, t:], m[:, -1:]
