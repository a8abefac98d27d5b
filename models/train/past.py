"""The last frames of the low bins, seen once more: beside the encoder, and in a complex filter over frames whose output is added to D.

Windows of 30 ms part harmonics 33 Hz apart; over five of them, 10 ms apart, a filter parts finer ones, as in deep filtering
(arXiv 1904.08369; DeepFilterNet), here on compressed spectra. Both start at nothing, so that a trained network can be given them.
Their weights count a tenth, which makes their steps small: at full size they took the network further from where it was than they gave.

`past frames`: [B, T, M, PAST, 2] (re, im), frames t - PAST .. t - 1 of the M bins of the LOW bands; state [B, 2, PAST, M].
"""
import torch
from torch import nn
from .params import params as p

LOW, PAST = p.bands[:p.low_bands], p.past
M, NEAR = sum(n * w for n, w in LOW), sum(n for n, _ in LOW)         # bins and bands
SCALE = 0.1


def past_frames(y, state=None):                          # [B, 2, T, F] -> past frames; the state behind them
    t = y.shape[2]
    f = torch.cat((y.new_zeros(len(y), 2, PAST, M) if state is None else state, y[..., :M]), 2)
    return torch.stack([f[:, :, k:k + t] for k in range(PAST)], -1).permute(0, 2, 3, 4, 1), f[:, :, t:]


class PastEncoder(nn.Module):
    """Past frames -> what they add to y's encoding."""

    def __init__(self, K, C):
        super().__init__()
        self.rest, self.weight = K - NEAR, nn.ParameterList(nn.Parameter(torch.zeros(w * PAST * 2, C)) for _, w in LOW)

    def forward(self, frames):                           # -> [B, T, K, C]
        b, t = frames.shape[:2]
        parts = frames.split([n * w for n, w in LOW], 2)
        out = torch.cat([q.reshape(b, t, n, -1) @ m for q, m, (n, _) in zip(parts, self.weight, LOW)], 2)
        return nn.functional.pad(out * SCALE, (0, 0, 0, self.rest))


class PastFilter(nn.Module):
    """Low bands -> a tap (re, im) for each past frame of their bins -> the taps times the frames, summed."""

    def __init__(self, C):
        super().__init__()
        self.weight = nn.ParameterList(nn.Parameter(torch.zeros(C, w * PAST * 2)) for _, w in LOW)
        self.bias = nn.Parameter(torch.zeros(M, PAST, 2))

    def forward(self, h, frames):                        # [B, T, K, C], past frames -> [B, 2, T, F]
        b, t = h.shape[:2]
        parts = h[:, :, :NEAR].split([n for n, _ in LOW], 2)
        taps = torch.cat([(q @ m).reshape(b, t, -1, PAST, 2) for q, m in zip(parts, self.weight)], 2) + self.bias
        (a, c), (r, i) = (taps * SCALE).unbind(-1), frames.unbind(-1)
        out = torch.stack(((a * r - c * i).sum(-1), (a * i + c * r).sum(-1)), 1)
        return nn.functional.pad(out, (0, p.bins - M))
