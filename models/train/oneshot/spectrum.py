"""Samples <-> compressed spectra as the engine does it: frame m covers samples [480 (m-1), 480 (m+1))."""
import torch
from ..spectrum import analyse, pair, synthesise
from .params import params as p


def encode(audio):                                       # [B, T * hop] -> [B, 2, T, F]
    z = pair(analyse(audio, p.window, p.hop))
    power = (z * z).sum(1, keepdim=True)
    return z * (power + 1e-20) ** ((p.exponent - 1) / 2) * p.scale


def decode(x):                                           # [B, 2, T, F] -> [B, T * hop], one hop late
    z = x / p.scale
    power = (z * z).sum(1, keepdim=True)
    z = z * (power + 1e-20) ** ((1 / p.exponent - 1) / 2)
    return synthesise(torch.complex(z[:, 0], z[:, 1]), p.window, p.hop)
