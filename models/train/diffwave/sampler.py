"""The reverse samplers in NumPy, written from the papers and held against the engine's formulas (src/diffusion).

Notation: x_t = a x0 + sigma eps, a = sqrt(alpha_bar_t), sigma^2 = 1 - a^2; the network says eps, D = (x - sigma eps) / a.
Time is the step, 0-based, maybe fractional: a is then on the line between its neighbours (DiffWave, appendix B).
"""
import numpy as np
from .params import levels, params as p

BETA, ALPHA_BAR = levels()
A = np.sqrt(ALPHA_BAR)
SAMPLERS = ("ddpm", "diffwave-fast", "ddim", "dpm-solver-2m")


def level(t):
    a = np.interp(t, np.arange(p.steps), A)
    return a, np.sqrt(1 - a * a)


def even(n):
    """n whole steps from T - 1 to 0, as the engine takes them."""
    return [float(np.floor((p.steps - 1) * (1 - i / max(n - 1, 1)) + 0.5)) for i in range(n)]


def aligned(fast=None):
    """The steps whose level the fast schedule's levels have, descending."""
    out = []
    for a in np.sqrt(np.cumprod(1 - np.array(fast or p.fast))):
        t = int(np.searchsorted(-A, -a, side="right")) - 1            # A falls: A[t] >= a > A[t + 1]
        if not (0 <= t < p.steps and A[-1] <= a <= A[0] + 1e-12):
            raise ValueError(f"fast level {a}: between {A[-1]} and {A[0]} was expected")
        out.append(float(t) if t == p.steps - 1 else t + (A[t] - a) / (A[t] - A[t + 1]))
    return out[::-1]


def ancestral(eps, x, times, r):
    """DDPM with beta~; between levels that are not neighbours beta is what lies between them (DiffWave's eta)."""
    for now, then in zip(times, times[1:] + [None]):
        a, sigma = level(now)
        a2, sigma2 = level(then) if then is not None else (1.0, 0.0)
        beta = 1 - (a / a2) ** 2
        x = (x - beta / sigma * eps(x, now)) / np.sqrt(1 - beta)
        if then is not None:
            x = x + np.sqrt(beta) * sigma2 / sigma * r.standard_normal(x.shape, np.float32)
    return x


def ddim(eps, x, times, _):
    for now, then in zip(times, times[1:] + [None]):
        a, sigma = level(now)
        e = eps(x, now)
        d = (x - sigma * e) / a
        x = d if then is None else level(then)[0] * d + level(then)[1] * e
    return x


def dpm_solver(eps, x, times, _):
    """DPM-Solver++(2M): lambda = ln(a / sigma); the last step, to sigma = 0, lands on D."""
    before = h_before = None
    for now, then in zip(times, times[1:] + [None]):
        a, sigma = level(now)
        d = (x - sigma * eps(x, now)) / a
        if then is None:
            return d
        a2, sigma2 = level(then)
        h = np.log(a2 / sigma2) - np.log(a / sigma)
        mixed = d if before is None else (1 + h / (2 * h_before)) * d - h / (2 * h_before) * before
        x = sigma2 / sigma * x - a2 * np.expm1(-h) * mixed
        before, h_before = d, h


def sample(eps, x, sampler, steps, seed=0):
    """eps(x [B, N], t) -> [B, N]; x is the noise at step T - 1."""
    way = {"ddpm": ancestral, "diffwave-fast": ancestral, "ddim": ddim, "dpm-solver-2m": dpm_solver}[sampler]
    if sampler == "diffwave-fast" and steps != len(p.fast):
        raise ValueError(f"{steps} steps: diffwave-fast has {len(p.fast)}")
    return way(eps, x, aligned() if sampler == "diffwave-fast" else even(steps), np.random.default_rng([seed, 1]))
