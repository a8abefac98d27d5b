"""The network D(x_t, y, t): a causal DiffWave over 32 frequency bands.

Everything lives on [B, T, K, C]: batch, frames, bands, channels. Per block, as in DiffWave: add the
diffusion step, convolve (across bands, then causally dilated in time), add the condition, gate with
tanh * sigmoid, split into residual and skip. A minimal GRU per band carries the longer memory.

`streaming state`: conv [B, 2 sum(d), K, C] and gru [B, L, K, C]; zeros at the start.
"""
import torch
from torch import nn
from .blocks import Block, StepEmbedding, decode_bands, encode_bands, linear
from .params import params as p

K = sum(n for n, _ in p.bands)
C, L, F = p.channels, len(p.dilations), p.bins
CONV_FRAMES = 2 * sum(p.dilations)


class BandEncoder(nn.Module):
    """481 bins of (re, im, magnitude) -> 32 bands, each through its own matrix."""

    def __init__(self):
        super().__init__()
        self.weight = nn.ParameterList(linear(n, 3 * w, C) for n, w in p.bands)
        self.bias = nn.Parameter(torch.zeros(K, C))

    def forward(self, z):                                # [B, 2, T, F]
        size = (z * z).sum(1, keepdim=True).add(1e-4).sqrt()
        bins = torch.cat((z, size), 1).permute(0, 2, 3, 1)              # [B, T, F, 3]
        return encode_bands(bins, p.bands, self.weight) + self.bias


class BandHead(nn.Module):
    """32 bands -> mask (re, im) and residual (re, im) of 481 bins; D = sigmoid(2m_r + 2)(1 + j m_i) y + R."""

    def __init__(self):
        super().__init__()
        self.weight = nn.ParameterList(linear(n, C, 4 * w) for n, w in p.bands)
        for w in self.weight:
            w.data *= 0.3
        self.bias = nn.Parameter(torch.zeros(F, 4))

    def forward(self, h, y):                             # [B, T, K, C], [B, 2, T, F]
        m_r, m_i, r_r, r_i = (decode_bands(h, p.bands, self.weight) + self.bias).unbind(-1)    # [B, T, F] each
        gain, y_r, y_i = torch.sigmoid(2 * m_r + 2), y[:, 0], y[:, 1]
        return torch.stack((gain * (y_r - m_i * y_i) + r_r, gain * (y_i + m_i * y_r) + r_i), 1)


class Denoiser(nn.Module):
    def __init__(self):
        super().__init__()
        self.encode_x, self.encode_y = BandEncoder(), BandEncoder()
        self.condition = linear(C, 2 * C)
        self.step = StepEmbedding(p.step_frequencies, p.step_width, L, C)
        self.blocks = nn.ModuleList(Block(d, K, C, p.gate_bias) for d in p.dilations)
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
