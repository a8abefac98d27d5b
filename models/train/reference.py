"""The whole denoiser in PyTorch, offline: audio -> spectrum -> N bridge steps -> audio.

What the engine must reproduce; golden.py writes it down. Output is the input, window - hop late.
"""
import torch
from .normalise import follow
from .path import ode_step, times
from .spectra import rendered
from .spectrum import analyse, compress, pair, synthesise


def reverse(model, y, steps):                            # y [B, 2, T, F], normalised
    grid = times(steps) + [0.0]
    x = y
    for now, then in zip(grid, grid[1:]):
        prediction = model(x, y, torch.full((y.shape[0],), now, device=y.device))[0]
        x = ode_step(x, prediction, y, now, then)
    return x


def denoise(model, audio, steps=1):                      # [B, T * H] -> [B, T * H]
    y = compress(pair(analyse(audio)))
    g = follow(y)
    return synthesise(rendered(reverse(model, y / g, steps), g))
