"""Noise that the recordings lack: coloured and modulated noise, hum, fans, clicks.  All return n samples, RMS about 1."""
import numpy as np
from scipy import fft
from .params import params as p

RATE = p.sample_rate


def coloured(r, n):
    f = np.fft.rfftfreq(n, 1 / RATE)
    shape = np.maximum(f, 30) ** (-r.uniform(0, 2) / 2)
    for _ in range(r.integers(0, 4)):                    # a few broad bumps
        c, w, g = np.exp(r.uniform(4, 9.5)), r.uniform(.2, 1.2), r.uniform(-12, 12)
        shape *= 10 ** (g / 20 * np.exp(-((np.log(np.maximum(f, 1) / c) / w) ** 2)))
    x = fft.irfft(fft.rfft(r.standard_normal(n, np.float32)) * shape.astype(np.float32), n)
    if r.random() < 0.4:                                 # slow swell
        x *= 1 + r.uniform(.2, .9) * np.sin(2 * np.pi * (r.uniform(.1, 3) * np.arange(n) / RATE + r.random()))
    return x


def hum(r, n):
    t = np.arange(n) / RATE
    base = r.choice([50.0, 60.0]) * (1 + r.uniform(-.004, .004))
    x = sum(r.uniform(.1, 1) / k ** r.uniform(.3, 1.3) * np.sin(2 * np.pi * (k * base * t + r.random()))
            for k in range(1, r.integers(4, 30)))
    return x + r.uniform(0, .3) * x.std() * r.standard_normal(n)


def fan(r, n):
    t = np.arange(n) / RATE
    blades = r.uniform(15, 180) * (1 + .01 * np.sin(2 * np.pi * r.uniform(.1, 1) * t))
    phase = 2 * np.pi * np.cumsum(blades) / RATE
    x = coloured(r, n)
    x /= x.std() + 1e-9
    tones = sum(r.uniform(.02, .4) / k * np.sin(k * phase + r.uniform(0, 6)) for k in range(1, 8))
    return x * (1 + r.uniform(0, .4) * np.sin(phase)) + tones


def clicks(r, n):
    x = 0.003 * r.standard_normal(n)
    for at in r.integers(0, max(n - 2000, 1), r.poisson(r.uniform(2, 14) * n / RATE) + 1):
        m = int(r.integers(60, 2000))
        m = min(m, n - at)
        decay = np.exp(-np.arange(m) / r.uniform(8, m / 3 + 9))
        body = r.standard_normal(m) if r.random() < .6 else np.sin(np.arange(m) * r.uniform(.02, 1.2))
        x[at:at + m] += r.uniform(.2, 1) * decay * body
    return x


def synthetic(r, n):
    kind = r.choice([coloured, hum, fan, clicks], p=[.45, .15, .22, .18])
    x = kind(r, n)
    return (x / (x.std() + 1e-9)).astype(np.float32)
