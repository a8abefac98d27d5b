"""The forward process x_t = cos(pi t / 2) x0 + sin(pi t / 2) z and its deterministic reverse, in torch.

DPM-Solver++(2M) (2211.01095) with the data prediction D, as the engine runs it:
  lambda = ln(a / sigma), h = lambda_s - lambda_t, x_s = (sigma_s / sigma_t) x - a_s (e^-h - 1) D~
"""
import math
import torch
from .params import params as p

# Where the network is asked for N steps: t falls evenly but for its last part, which is shorter than a step.
STEPS = [4, 6, 8, 12, 25]


def times(n):
    return [1 - i / n for i in range(n)]


def levels(t):
    return math.cos(math.pi * t / 2), math.sin(math.pi * t / 2)


def mix(x0, z, t):                                       # t [B]
    a, s = torch.cos(math.pi * t / 2), torch.sin(math.pi * t / 2)
    return a.view(-1, 1, 1, 1) * x0 + s.view(-1, 1, 1, 1) * z


def denoise(model, x, t, label, controls, guidance):
    """D with classifier-free guidance: (1 + w) D(class) - w D(no class)."""
    time = torch.full((len(x),), t)
    d = model(x, time, label, controls)
    if guidance:
        none = torch.full_like(label, getattr(model, "no_class", len(p.classes)))
        d = (1 + guidance) * d - guidance * model(x, time, none, controls)
    return d


@torch.no_grad()
def sample(model, z, label, controls, n, guidance=0.0, start=None):
    """Pure noise (or the state at time `start`) -> x0, with n steps."""
    grid = [t * (start or 1.0) for t in times(n)] + [0.0]
    x, before, h_before = z, None, None
    for now, then in zip(grid, grid[1:]):
        d = denoise(model, x, now, label, controls, guidance)
        (a, s), (a2, s2) = levels(now), levels(then)
        if then == 0.0:
            x = d                                        # the last target is the clean end
            break
        if now == 1.0:                                   # lambda is infinite here: first order
            x, before = (s2 / s) * x + (a2 - s2 / s * a) * d, d
            continue
        h = math.log(a2 / s2) - math.log(a / s)
        if before is not None and h_before is not None:
            r = h_before / h
            d2 = (1 + 1 / (2 * r)) * d - before / (2 * r)
        else:
            d2 = d
        x = (s2 / s) * x - a2 * (math.exp(-h) - 1) * d2
        before, h_before = d, h
    return x
