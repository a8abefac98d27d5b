"""The network D(x_t, t, class, controls): a DiffWave over 32 frequency bands that sees the whole sound.

Everything lives on [B, T, K, C]: batch, frames, bands, channels. Per block, as in DiffWave: add the embedding (here
of time, class and controls together), convolve (across bands, then dilated in time to both sides), gate with
tanh * sigmoid, split into residual and skip. The mean over the frames tells every block what sound it is part of.
"""
import math
import torch
from torch import nn
from ..blocks import decode_bands, encode_bands, linear
from .params import params as p

K = sum(n for n, _ in p.bands)
C, L, F, W = p.channels, len(p.dilations), p.bins, p.width
CLASSES, CONTROLS = len(p.classes), 2


class Encoder(nn.Module):
    """481 bins of (re, im, magnitude) -> 32 bands, each through its own matrix."""

    def __init__(self):
        super().__init__()
        self.weight = nn.ParameterList(linear(n, 3 * w, C) for n, w in p.bands)
        self.bias = nn.Parameter(torch.zeros(K, C))

    def forward(self, x):                                # [B, 2, T, F]
        size = (x * x).sum(1, keepdim=True).add(1e-4).sqrt()
        bins = torch.cat((x, size), 1).permute(0, 2, 3, 1)              # [B, T, F, 3]
        return encode_bands(bins, p.bands, self.weight) + self.bias


class Head(nn.Module):
    """32 bands -> gain (re, im) and residual (re, im) of 481 bins; D = sigmoid(2 m_r + 1)(1 + j m_i) x + R."""

    def __init__(self):
        super().__init__()
        self.weight = nn.ParameterList(linear(n, C, 4 * w) for n, w in p.bands)
        for w in self.weight:
            w.data *= 0.3
        self.bias = nn.Parameter(torch.zeros(F, 4))

    def forward(self, h, x):
        m_r, m_i, r_r, r_i = (decode_bands(h, p.bands, self.weight) + self.bias).unbind(-1)
        gain, x_r, x_i = torch.sigmoid(2 * m_r + 1), x[:, 0], x[:, 1]
        return torch.stack((gain * (x_r - m_i * x_i) + r_r, gain * (x_i + m_i * x_r) + r_i), 1)


class Embedding(nn.Module):
    """t, class and controls -> one vector of W."""

    def __init__(self):
        super().__init__()
        self.register_buffer("frequency", torch.logspace(0, 2, p.frequencies))
        self.w1, self.b1 = linear(2 * p.frequencies, W), nn.Parameter(torch.zeros(W))
        self.label = nn.Parameter(torch.randn(CLASSES + 1, W) * 0.5)
        self.controls = linear(CONTROLS, W)
        self.w2, self.b2 = linear(W, W), nn.Parameter(torch.zeros(W))
        self.w3, self.b3 = linear(W, W), nn.Parameter(torch.zeros(W))

    def forward(self, t, label, controls):               # [B], [B], [B, 2] -> [B, W], and the part without t
        a = t[:, None] * self.frequency
        what = self.label[label] + controls @ self.controls
        h = nn.functional.silu(torch.cat((a.sin(), a.cos()), 1) @ self.w1 + self.b1 + what)
        h = nn.functional.silu(h @ self.w2 + self.b2)
        return nn.functional.silu(h @ self.w3 + self.b3)


class Block(nn.Module):
    def __init__(self, dilation):
        super().__init__()
        self.dilation = dilation
        self.shift = linear(W, 2 * C)                    # scale and shift of the channels
        self.shift.data *= 0.3
        self.mix = nn.Parameter(torch.randn(K, K) * 0.5 / math.sqrt(K))
        self.taps = nn.Parameter(torch.randn(3, K, C) * 0.3)
        self.mean = linear(C, C)
        self.gate, self.gate_bias = linear(C, 2 * C), nn.Parameter(torch.zeros(K, 2 * C))
        self.out, self.out_bias = linear(C, 2 * C), nn.Parameter(torch.zeros(2 * C))
        self.out.data *= 0.5

    def forward(self, x, e):                             # [B, T, K, C], [B, W]
        b, t = x.shape[:2]
        scale, shift = (e @ self.shift).view(b, 1, 1, 2 * C).chunk(2, -1)
        h = x * (1 + scale) + shift
        h = h + torch.matmul(self.mix, h)
        d = self.dilation
        f = nn.functional.pad(h, (0, 0, 0, 0, d, d))
        u = h * (1 + self.taps[1]) + f[:, :t] * self.taps[0] + f[:, 2 * d:] * self.taps[2]
        u = u + h.mean(1, keepdim=True) @ self.mean
        z = (u.reshape(-1, C) @ self.gate).view(b, t, K, 2 * C) + self.gate_bias
        a, g = z.chunk(2, -1)
        o = torch.addmm(self.out_bias, (a.tanh() * g.sigmoid()).reshape(-1, C), self.out).view(b, t, K, 2 * C)
        residual, skip = o.chunk(2, -1)
        return x + residual, skip


class OneShot(nn.Module):
    def __init__(self):
        super().__init__()
        self.encode, self.embed = Encoder(), Embedding()
        self.place = nn.Parameter(torch.randn(p.frames, C) * 0.1)       # which frame it is
        self.start = linear(W, K * C)                                   # what the embedding says of every band
        self.start.data *= 0.3
        self.blocks = nn.ModuleList(Block(d) for d in p.dilations)
        self.head = Head()

    def forward(self, x, t, label, controls):            # [B, 2, T, F], [B], [B], [B, 2]
        b, n = x.shape[0], x.shape[2]
        e = self.embed(t, label, controls)
        h = self.encode(x) + (e @ self.start).view(b, 1, K, C) + self.place[:n, None]
        h = nn.functional.silu(h)
        total = 0
        for block in self.blocks:
            h, skip = block(h, e)
            total = total + skip
        return self.head(nn.functional.silu(h + total), x)
