"""The diffusion process: a Schrodinger bridge (variance exploding) from clean x0 at t=0 to noisy y at t=1.

  sigma_t^2 = c (k^2t - 1) / (2 ln k),   sigma_bar^2 = sigma_1^2 - sigma_t^2
  x_t = (sigma_bar^2 x0 + sigma^2 y + sigma sigma_bar sigma_1 z) / sigma_1^2
"""
import math
import torch
from .params import params as p


def variance(t):
    return p.c * (p.k ** (2 * t) - 1) / (2 * math.log(p.k))


def sample(x0, y, t, noise):                             # t [B, 1, 1, 1]; noise 0 or 1 likewise
    s2, end = variance(t), variance(1.0)
    bar2 = end - s2
    z = torch.randn_like(y) * noise
    return (bar2 * x0 + s2 * y) / end + (s2 * bar2 / end).clamp_min(0).sqrt() * z


def ode_step(x, prediction, y, now, then):
    """x at time `now` -> x at time `then` < now, along the probability-flow ODE of the bridge."""
    if then <= 0:
        return prediction
    s, b, end = math.sqrt(variance(then)), math.sqrt(variance(1.0) - variance(then)), variance(1.0)
    if now >= 1:                                         # the general form divides by sigma_bar_1 = 0
        return (b * b * prediction + s * s * y) / end
    s0, b0 = math.sqrt(variance(now)), math.sqrt(variance(1.0) - variance(now))
    return (s * b / (s0 * b0)) * x + (b * b - b0 * s * b / s0) / end * prediction \
        + (s * s - s0 * s * b / b0) / end * y


def times(steps):
    return [1.0 - i / steps for i in range(steps)]
