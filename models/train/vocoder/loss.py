"""The loss, on the waveform: distances of magnitudes at several window lengths, and of mel frames.

  d(a, b) = mean over windows, frames and bins of | |A|^.3 - |B|^.3 |  +  loss_mel | ln mel A - ln mel B |
  L = d(e, x) [+ d(e', x) - repulsion d(e, e')] / 2        e, e': two draws of the noise for the same mel frames

With repulsion 1 this is the generalised energy distance (2008.01160): the noise in speech keeps its spread, which a plain distance
would average away.
"""
import torch
from . import mel as m
from .params import params as p

WINDOWS = {w: torch.hann_window(w, periodic=True) for w in p.windows}


def features(audio):                                     # [B, N] at a common level -> list of [B, ...]
    out = []
    for w, window in WINDOWS.items():
        s = torch.stft(audio, w, w // 4, w, window, center=False, return_complex=True)
        power = (s.real ** 2 + s.imag ** 2) / (0.375 * w)
        out.append((power + 1e-7) ** 0.15)
    return out, m.mel(audio)


def distance(a, b):
    spectral = sum((x - y).abs().mean() for x, y in zip(a[0], b[0])) / len(a[0])
    return spectral + p.loss_mel * (a[1] - b[1]).abs().mean(), spectral.detach()


def pitch_loss(own, logits, hz):
    """own [B, T] Hz, logits [B, T, bins + 1], hz [B, T] (0 unvoiced, -1 unknown)."""
    known, voiced = (hz >= 0).float(), (hz > p.pitch_lowest * 1.02).float()
    target = torch.log2(hz.clamp_min(p.pitch_lowest) / p.pitch_lowest) * (1200 / p.pitch_cents)
    bins = torch.arange(p.pitch_bins, dtype=hz.dtype)
    soft = torch.softmax(-0.5 * ((bins - target[..., None]) / 0.8) ** 2, -1)
    cross = -(soft * torch.log_softmax(logits[..., :-1], -1)).sum(-1)
    cents = (torch.log2(own / p.pitch_lowest) * (1200 / p.pitch_cents) - target).abs().clamp_max(20)
    flag = torch.nn.functional.binary_cross_entropy_with_logits(logits[..., -1], voiced, reduction="none")
    n = voiced.sum() + 1
    return (voiced * (cross + 0.2 * cents)).sum() / n + (known * flag).sum() / (known.sum() + 1), \
        ((voiced * (cents > 2)).sum() / n).detach()      # share of voiced frames off by more than 50 cents
