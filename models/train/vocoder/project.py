"""Projection onto the mel frames that were asked for: the end of the reverse process.

A stage analyses the sound as `mel` does, multiplies each frame's spectrum by the ratio of wanted to found mel, interpolated over
the bins, and overlap-adds. Repeated, with momentum, it is Griffin and Lim's iteration with the network's fine structure
in the place of the pseudo-inverse's blur (GLA-Grad, 2402.15516, projects inside a diffusion vocoder likewise).

  z_k = analysis of stage k's sound       u = z_k + momentum (z_k - z_{k-1})      u is used for its phase only
  gain = exp(S' . relax . clip(ln mel - ln mel(z_k), +-limit))                    sound of stage k+1 = synthesis of |z_k| gain u / |u|

Frames that were not given have gain 1. The sound is preceded and followed by silence.
"""
import numpy as np
import torch
from . import mel as m
from .params import params as p

SPREAD = torch.from_numpy(m.interpolation() * m.filters().sum(1)).float()            # [513, M], rows sum to one
PAD = (p.fft - p.hop) // 2
NORM = (m.HANN ** 2)[::p.hop].sum()                      # 1.5


def stage(x, y, before, momentum, relax):
    """x [B, T hop], y [B, M, T] -> the next sound, z."""
    q = torch.nn.functional.pad(x, (PAD + 2 * p.hop, PAD + 2 * p.hop))               # two unconstrained frames each side
    z = torch.fft.rfft(q.unfold(-1, p.fft, p.hop) * m.HANN)                          # [B, T + 4, 513]
    size = (z.real ** 2 + z.imag ** 2 + 1e-9).sqrt()
    found = (size @ m.FILTERS.T).clamp_min(p.floor).log()[:, 2:-2]
    lift = (y.transpose(1, 2) - found).clamp(-p.limit, p.limit) * relax
    gain = torch.nn.functional.pad(lift @ SPREAD.T, (0, 0, 2, 2)).exp()
    u = z if before is None else z + momentum * (z - before)
    if before is None:
        new = z * gain
    else:
        new = u * (size * gain / (u.real ** 2 + u.imag ** 2 + 1e-9).sqrt())
    frames = torch.fft.irfft(new, n=p.fft) * (m.HANN / NORM)
    parts = torch.nn.functional.pad(frames, (0, 0, 3, 3)).unflatten(-1, (4, p.hop))  # [B, T + 10, 4, hop]
    n = frames.shape[1] + 3
    out = sum(parts[:, 3 - i:3 - i + n, i] for i in range(4)).flatten(1)
    return out[:, PAD + 2 * p.hop:-(PAD + 2 * p.hop)], z


def project(x, y, stages, momentum=None, relax=None):
    momentum, relax = p.momentum if momentum is None else momentum, p.relax if relax is None else relax
    before = None
    for _ in range(stages):
        x, before = stage(x, y, before, momentum, relax)
    return x
