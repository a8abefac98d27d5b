"""The network D(x_t, y, t): a causal, DiffWave-style stack over 32 frequency bands.

Everything lives on [B, T, K, C]: batch, frames, bands, channels. State x and condition y are each encoded band by band; their sum
goes through the trunk (trunk.py), whose blocks see y's encoding again as the condition. Bands of one width share their weights, so
that encoder and head are strided convolutions over frequency; the widest go through one convolution more.

`streaming state`: y [B, 2, PAST, M] where past frames are seen (past.py), conv [B, C, 2 sum(d), K] and gru [B, C, L, K]; zeros at the start.
"""
import torch
from torch import nn
from torch.nn.functional import silu
from .blocks import StepEmbedding, linear
from .params import params as p
from .past import PastEncoder, PastFilter, past_frames
from .spectra import masked
from .trunk import Trunk

K = sum(n for n, _ in p.bands)
C, L, F, W = p.channels, len(p.dilations), p.bins, p.wide_channels
SIZES = [n * w for n, w in p.bands]
WIDE = p.bands[-1][1] // p.wide_stride                   # the last width = WIDE times the first stride


def features(z):                                         # [B, 2, T, F] -> [B, T, F, 3]: re, im, magnitude
    size = (z * z).sum(1, keepdim=True).add(1e-4).sqrt()
    return torch.cat((z, size), 1).permute(0, 2, 3, 1)


class BandEncoder(nn.Module):
    """The bins' (re, im, magnitude) -> 32 bands."""

    def __init__(self):
        super().__init__()
        self.weight = nn.ParameterList(linear(3 * w, C) for _, w in p.bands[:-1])
        self.wide, self.wide_bias, self.last = linear(3 * p.wide_stride, W), nn.Parameter(torch.zeros(W)), linear(WIDE * W, C)
        self.bias = nn.Parameter(torch.zeros(K, C))

    def forward(self, bins):                             # [B, T, F, 3] -> [B, T, K, C]
        b, t = bins.shape[:2]
        *parts, top = bins.split(SIZES, 2)
        out = [q.reshape(b, t, n, 3 * w) @ m for q, m, (n, w) in zip(parts, self.weight, p.bands)]
        top = silu(top.reshape(b, t, -1, 3 * p.wide_stride) @ self.wide + self.wide_bias)
        return torch.cat((*out, top.reshape(b, t, -1, WIDE * W) @ self.last), 2) + self.bias


class BandHead(nn.Module):
    """32 bands -> mask (re, im) and residual (re, im) of all bins; D = sigmoid(2m_r + 2)(1 + j m_i) y + R."""

    def __init__(self):
        super().__init__()
        self.weight = nn.ParameterList(linear(C, 4 * w) for _, w in p.bands[:-1])
        self.last, self.wide_bias, self.wide = linear(C, WIDE * W), nn.Parameter(torch.zeros(W)), linear(W, 4 * p.wide_stride)
        for w in (*self.weight, self.wide):
            w.data *= 0.3
        self.bias = nn.Parameter(torch.zeros(F, 4))

    def forward(self, h, y):                             # [B, T, K, C], [B, 2, T, F]
        b, t = h.shape[:2]
        *parts, top = h.split([n for n, _ in p.bands], 2)
        out = [(q @ m).reshape(b, t, -1, 4) for q, m in zip(parts, self.weight)]
        top = silu((top @ self.last).reshape(b, t, -1, W) + self.wide_bias) @ self.wide
        return masked(torch.cat((*out, top.reshape(b, t, -1, 4)), 2) + self.bias, y)


class Denoiser(nn.Module):
    def __init__(self):
        super().__init__()
        self.encode_x, self.encode_y = BandEncoder(), BandEncoder()
        self.condition = linear(C, 3 * C)
        self.step = StepEmbedding(p.step_frequencies, p.step_width, L, C)
        self.trunk = Trunk(p.dilations, K, C, p.gate_bias)
        self.head = BandHead()
        self.encode_past, self.filter = (PastEncoder(K, C), PastFilter(C)) if p.past else (None, None)

    def zero_state(self, b, device=None):
        seen = past_frames(torch.zeros(b, 2, 0, F, device=device))[1:] if p.past else ()
        return *seen, *self.trunk.zero_state(b, device)

    def remembering(self, gru):
        """The state of a beginning that no frames come before, with the memory `gru` of something else."""
        return *((None,) if p.past else ()), None, gru

    def forward(self, x, y, t, *state):                  # [B, 2, T, F] twice, [B] -> D [B, 2, T, F] and the state behind it
        bins = features(y)
        e = self.encode_y(bins)
        if p.past:
            frames, seen = past_frames(y, *state[:1])
            e, state = e + self.encode_past(frames), state[1:]
        h = silu(e + self.encode_x(bins if x is y else features(x)))
        steps = torch.stack(self.step(t), 1).flatten(2)  # [B, L, C]
        h, after = self.trunk(h, e @ self.condition, steps, state or None)
        h = silu(h)
        d = self.head(h, y)
        if p.past:
            d, after = d + self.filter(h, frames), (seen, *after) if after else None
        return d, *(after or ())
