"""The follower that makes the denoiser indifferent to level.

e_m = sqrt(mean over bins of |y_m|^2),  g_m = max(e_m, rho g_{m-1}, floor).  The network sees y / g.
"""
import math
import torch
from .params import params as p

RHO = math.exp(-p.hop / (p.release_seconds * p.sample_rate))


def follow(y, past=0.0):                                 # y [B, 2, T, F] compressed; past = g_{-1}
    e = (y * y).sum(1).mean(-1).sqrt()                   # [B, T]
    frames = torch.arange(1, e.shape[1] + 1, device=y.device, dtype=torch.float64)
    decay = RHO ** frames                                # g_m / rho^m is a running maximum
    g = torch.cummax(e.double() / decay, 1).values * decay
    g = torch.maximum(g, torch.as_tensor(past, device=y.device, dtype=torch.float64).reshape(-1, 1) * decay)
    return g.clamp_min(p.floor).float()[:, None, :, None]               # [B, 1, T, 1]
