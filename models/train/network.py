"""The network D(x_t, y, t): a causal DiffWave over 32 frequency bands.

Everything lives on [B, T, K, C]: batch, frames, bands, channels. Per block, as in DiffWave: add the
diffusion step, convolve (across bands, then causally dilated in time), add the condition, gate with
tanh * sigmoid, split into residual and skip. A minimal GRU per band carries the longer memory.

`streaming state`: conv [B, 2 sum(d), K, C] and gru [B, L, K, C]; zeros at the start.
"""
import math
import torch
from torch import nn
from .params import params as p
from . import scan as recurrence

K = sum(n for n, _ in p.bands)
C, L, F = p.channels, len(p.dilations), p.bins
CONV_FRAMES = 2 * sum(p.dilations)


def linear(*shape):                                      # [..., in, out], as torch's Linear would start
    bound = 1 / math.sqrt(shape[-2])
    return nn.Parameter(torch.empty(*shape).uniform_(-bound, bound))


class BandEncoder(nn.Module):
    """481 bins of (re, im, magnitude) -> 32 bands, each through its own matrix."""

    def __init__(self):
        super().__init__()
        self.weight = nn.ParameterList(linear(n, 3 * w, C) for n, w in p.bands)
        self.bias = nn.Parameter(torch.zeros(K, C))

    def forward(self, z):                                # [B, 2, T, F]
        size = (z * z).sum(1, keepdim=True).add(1e-4).sqrt()
        bins = torch.cat((z, size), 1).permute(0, 2, 3, 1)              # [B, T, F, 3]
        b, t = bins.shape[:2]
        out = []
        for (n, w), weight, part in zip(p.bands, self.weight, bins.split([n * w for n, w in p.bands], 2)):
            part = part.reshape(b * t, n, w * 3).transpose(0, 1)        # [n, BT, 3w]
            out.append(torch.bmm(part, weight).transpose(0, 1))
        return torch.cat(out, 1).view(b, t, K, C) + self.bias


class BandHead(nn.Module):
    """32 bands -> mask (re, im) and residual (re, im) of 481 bins; D = sigmoid(2m_r + 2)(1 + j m_i) y + R."""

    def __init__(self):
        super().__init__()
        self.weight = nn.ParameterList(linear(n, C, 4 * w) for n, w in p.bands)
        for w in self.weight:
            w.data *= 0.3
        self.bias = nn.Parameter(torch.zeros(F, 4))

    def forward(self, h, y):                             # [B, T, K, C], [B, 2, T, F]
        b, t = h.shape[:2]
        out = []
        for (n, w), weight, part in zip(p.bands, self.weight, h.split([n for n, _ in p.bands], 2)):
            part = part.reshape(b * t, n, C).transpose(0, 1)
            out.append(torch.bmm(part, weight).transpose(0, 1).reshape(b, t, n * w, 4))
        m_r, m_i, r_r, r_i = (torch.cat(out, 2) + self.bias).unbind(-1)    # [B, T, F] each
        gain, y_r, y_i = torch.sigmoid(2 * m_r + 2), y[:, 0], y[:, 1]
        return torch.stack((gain * (y_r - m_i * y_i) + r_r, gain * (y_i + m_i * y_r) + r_i), 1)


class StepEmbedding(nn.Module):
    """t -> one vector of C for every block."""

    def __init__(self):
        super().__init__()
        self.register_buffer("frequency", torch.logspace(0, 2, p.step_frequencies))
        self.w1, self.b1 = linear(2 * p.step_frequencies, p.step_width), nn.Parameter(torch.zeros(p.step_width))
        self.w2, self.b2 = linear(p.step_width, p.step_width), nn.Parameter(torch.zeros(p.step_width))
        self.w3, self.b3 = linear(p.step_width, L * C), nn.Parameter(torch.zeros(L * C))

    def forward(self, t):                                # [B]
        a = t[:, None] * self.frequency
        h = nn.functional.silu(torch.cat((a.sin(), a.cos()), 1) @ self.w1 + self.b1)
        h = nn.functional.silu(h @ self.w2 + self.b2)
        return (h @ self.w3 + self.b3).view(-1, L, 1, 1, C).unbind(1)   # L of [B, 1, 1, C]


class Block(nn.Module):
    def __init__(self, dilation):
        super().__init__()
        self.dilation = dilation
        self.mix = nn.Parameter(torch.randn(K, K) * 0.5 / math.sqrt(K))
        self.taps = nn.Parameter(torch.randn(3, C) * 0.3)
        self.gate, self.gate_bias = linear(C, 2 * C), nn.Parameter(torch.zeros(K, 2 * C))
        self.out, self.out_bias = linear(C, 2 * C), nn.Parameter(torch.zeros(2 * C))
        self.gru = linear(C, 2 * C)
        slow = torch.cat((torch.linspace(*p.gate_bias, C), torch.zeros(C)))
        self.gru_bias = nn.Parameter(slow.expand(K, 2 * C).clone())

    def forward(self, x, c, step, past, h0):             # x [B, T, K, C], c [B, T, K, 2C]
        b, t = x.shape[:2]
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
        m = recurrence.scan(s.sigmoid(), n.tanh(), h0)            # [B, T, K, C]
        return x + m, skip, f[:, t:], m[:, -1:]


class Denoiser(nn.Module):
    def __init__(self):
        super().__init__()
        self.encode_x, self.encode_y = BandEncoder(), BandEncoder()
        self.condition = linear(C, 2 * C)
        self.step = StepEmbedding()
        self.blocks = nn.ModuleList(Block(d) for d in p.dilations)
        self.head = BandHead()

    def zero_state(self, b, device=None):
        return torch.zeros(b, CONV_FRAMES, K, C, device=device), torch.zeros(b, L, K, C, device=device)

    def forward(self, x, y, t, conv=None, gru=None):     # [B, 2, T, F] twice, [B]
        if conv is None:
            conv, gru = self.zero_state(x.shape[0], x.device)
        e = self.encode_y(y)
        c = torch.matmul(e, self.condition)
        h = nn.functional.silu(e + self.encode_x(x))
        total, next_conv, next_gru = 0, [], []
        for i, (block, step, past) in enumerate(
                zip(self.blocks, self.step(t), conv.split([2 * d for d in p.dilations], 1))):
            h, skip, kept, memory = block(h, c, step, past, gru[:, i])
            total = total + skip
            next_conv.append(kept)
            next_gru.append(memory)
        h = nn.functional.silu(h + total)
        return self.head(h, y), torch.cat(next_conv, 1), torch.cat(next_gru, 1)
