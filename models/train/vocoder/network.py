"""The network D(x_t, mel, t): a pitch head, an excitation that keeps its phase, and a causal DiffWave over 38 bands.

Everything lives on [B, T, ...]. The pitch head reads F0 from the mel frames; its phase is integrated over time in the state,
so that harmonics are continuous from frame to frame and from call to call, and for every reverse step the same. The spectrum of
that harmonic comb and the noise in x are what the DiffWave filters:

  D = A comb + B (x - t) + R          A, B complex a bin, R complex; everything over the pseudo-inverse mel

States: pitch [B, 2] (last F0 in Hz, phase in periods), past [B, 2, 1 + ...] and so on; see `zero_state`. Zeros at the start.
"""
import math
import torch
from torch import nn
from ..blocks import Block, StepEmbedding, decode_bands, encode_bands, linear
from ..scan import scan
from .params import params as p

K = sum(n for n, _ in p.bands)
C, L, F, M, W = p.channels, len(p.dilations), p.bins, p.bands_mel, p.pitch_width
CONV_FRAMES = 2 * sum(p.dilations)
BIN = p.sample_rate / p.window                           # Hz
PITCHES = p.pitch_lowest * 2 ** (torch.arange(p.pitch_bins) * (p.pitch_cents / 1200))
HEAD = 6                                                 # numbers a bin
SIGN = 1.0 - 2.0 * (torch.arange(F) % 2)                 # the DFT counts phase from the frame's start


class Pitch(nn.Module):
    """Log mel [B, T, M] -> F0 [B, T] in Hz, logits [B, T, bins + 1] (the last: voiced), features [B, T, W]."""

    def __init__(self):
        super().__init__()
        self.enter, self.enter_bias = linear(p.pitch_bands, W), nn.Parameter(torch.zeros(W))
        self.near, self.near_bias = linear(3 * W, W), nn.Parameter(torch.zeros(W))
        self.gru = linear(W, 2 * W)
        self.gru_bias = nn.Parameter(torch.cat((torch.linspace(*p.gate_bias, W), torch.zeros(W))))
        self.out, self.out_bias = linear(W, p.pitch_bins + 1), nn.Parameter(torch.zeros(p.pitch_bins + 1))
        self.register_buffer("octaves", torch.arange(p.pitch_bins) * (p.pitch_cents / 1200))

    def forward(self, m, past, h0):                      # [B, T, M], [B, 2, W], [B, W]
        t = m.shape[1]
        h = nn.functional.silu(m[..., :p.pitch_bands] @ self.enter + self.enter_bias)
        f = torch.cat((past, h), 1)
        h = h + nn.functional.silu(torch.cat((f[:, :t], f[:, 1:t + 1], f[:, 2:]), 2) @ self.near + self.near_bias)
        s, n = (h @ self.gru + self.gru_bias).chunk(2, -1)
        memory = scan(s.sigmoid(), n.tanh(), h0)
        h = h + memory
        logits = h @ self.out + self.out_bias
        sharp = torch.softmax(2 * logits[..., :-1], -1)
        hz = p.pitch_lowest * torch.exp(math.log(2) * (sharp * self.octaves).sum(-1))
        return hz, logits, h, f[:, t:], memory[:, -1]


def phase(hz, state):
    """F0 [B, T] and (last F0, phase) [B, 2] -> phase in periods [B, T], next state: the trapezoid rule over hops."""
    before = torch.cat((state[:, :1], hz[:, :-1]), 1)
    theta = state[:, 1:] + torch.cumsum((before + hz) * (0.5 * p.hop / p.sample_rate), 1)
    return theta, torch.stack((hz[:, -1], theta[:, -1] - theta[:, -1].floor()), 1)


def comb(hz, theta):
    """F0 and phase [B, T] -> [B, 2, T, F]: harmonics of equal size as a frame sees them, Gaussian lobes."""
    r = (hz / BIN)[..., None]                            # bins from harmonic to harmonic
    k = torch.arange(F, device=hz.device, dtype=hz.dtype)
    nearest = torch.round(k / r)
    re = im = 0
    for i in (-1.0, 0.0, 1.0):
        h = nearest + i
        size = torch.exp((k - h * r) ** 2 * (-0.5 / p.lobe ** 2)) * (h > 0.5)
        a = h * theta[..., None]
        a = (a - torch.round(a)) * (2 * math.pi)
        re, im = re + size * a.cos(), im + size * a.sin()
    return torch.stack((re * SIGN, im * SIGN), 1)


class Encoder(nn.Module):
    """Bins of (noise re, im, comb re, im, sizes of both) -> bands, each through its own matrix."""

    def __init__(self):
        super().__init__()
        self.weight = nn.ParameterList(linear(n, 6 * w, C) for n, w in p.bands)
        self.bias = nn.Parameter(torch.zeros(K, C))

    def forward(self, z):                                # [B, 6, T, F]
        bins = z.permute(0, 2, 3, 1)
        return encode_bands(bins, p.bands, self.weight) + self.bias


class Head(nn.Module):
    def __init__(self):
        super().__init__()
        self.weight = nn.ParameterList(linear(n, C, HEAD * w) for n, w in p.bands)
        for w in self.weight:
            w.data *= 0.3
        self.bias = nn.Parameter(torch.tensor([0.3, 0.0, 0.5, 0.0, 0.0, 0.0]).expand(F, HEAD).clone())

    def forward(self, h, noise, e):                      # [B, T, K, C], [B, 2, T, F] twice -> [B, 2, T, F]
        a_r, a_i, b_r, b_i, r_r, r_i = (decode_bands(h, p.bands, self.weight) + self.bias).unbind(-1)     # [B, T, F] each
        e_r, e_i, n_r, n_i = e[:, 0], e[:, 1], noise[:, 0], noise[:, 1]
        return torch.stack((a_r * e_r - a_i * e_i + b_r * n_r - b_i * n_i + r_r,
                            a_r * e_i + a_i * e_r + b_r * n_i + b_i * n_r + r_i), 1)


class Vocoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.pitch = Pitch()
        self.mel, self.mel_bias = linear(M + W + 1, K * C), nn.Parameter(torch.zeros(K * C))
        self.encode = Encoder()
        self.condition = linear(C, 2 * C)
        self.step = StepEmbedding(p.step_frequencies, p.step_width, L, C)
        self.blocks = nn.ModuleList(Block(d, K, C, p.gate_bias) for d in p.dilations)
        self.head = Head()

    def zero_state(self, b):
        """pitch [B, 2], near [B, 2, W], slow [B, W], conv [B, 2 sum(d), K, C], gru [B, L, K, C]"""
        return (torch.zeros(b, 2), torch.zeros(b, 2, W), torch.zeros(b, W),
                torch.zeros(b, CONV_FRAMES, K, C), torch.zeros(b, L, K, C))

    def source(self, y, state, hz=None):
        """Mel [B, M, T] -> what the pitch head knows; `hz` [B, T] replaces its F0. The same for every reverse step."""
        m = (y.transpose(1, 2) + 5.0) * 0.35
        own, logits, features, near, slow = self.pitch(m, state[1], state[2])
        used = own.detach() if hz is None else hz
        theta, last = phase(used, state[0])
        known = torch.cat((m, features, logits[..., -1:].sigmoid()), 2)
        return comb(used, theta), known, own, logits, (last, near, slow)

    def filter(self, x, e, known, t, conv, gru):         # x [B, 2, T, F], e likewise, known [B, T, M+W+1], t [B]
        mean = torch.stack((t, torch.zeros_like(t)), 1)[:, :, None, None]
        noise = x - mean
        size = lambda z: ((z * z).sum(1, keepdim=True) + 1e-4).sqrt()
        b, frames = x.shape[0], x.shape[2]
        q = (known @ self.mel + self.mel_bias).view(b, frames, K, C)
        c = torch.matmul(q, self.condition)
        h = nn.functional.silu(q + self.encode(torch.cat((noise, e, size(noise), size(e)), 1)))
        total, next_conv, next_gru = 0, [], []
        for i, (block, step, past) in enumerate(
                zip(self.blocks, self.step(t), conv.split([2 * d for d in p.dilations], 1))):
            h, skip, kept, memory = block(h, c, step, past, gru[:, i])
            total = total + skip
            next_conv.append(kept)
            next_gru.append(memory)
        h = nn.functional.silu(h + total)
        return self.head(h, noise, e), torch.cat(next_conv, 1), torch.cat(next_gru, 1)

    def forward(self, x, y, t, state=None):              # the whole network, as the ONNX file holds it
        state = state or self.zero_state(x.shape[0])
        e, known, _, _, kept = self.source(y, state)
        out, conv, gru = self.filter(x, e, known, t, state[3], state[4])
        return out, (*kept, conv, gru)
