"""Small rooms by the image-source method: a shoebox, its mirror images, a diffuse tail.

RT60 0.15 .. 0.6 s. The direct path arrives at sample 0, so the early part can be the target.
"""
import numpy as np
from .params import params as p

SOUND = 343.0


def room(r, order=6):
    """One impulse response (float32) and its RT60."""
    size = r.uniform([2.5, 2.0, 2.2], [7.0, 5.5, 3.2])
    rt60 = r.uniform(0.15, 0.6)
    volume, surface = size.prod(), 2 * (size[0] * size[1] + size[1] * size[2] + size[0] * size[2])
    absorption = np.clip(0.161 * volume / (surface * rt60), 0.03, 0.95)          # Sabine
    walls = np.clip(np.sqrt(1 - absorption) * r.uniform(0.85, 1.1, 6), 0, 0.97)  # reflection of each wall
    mic = r.uniform(0.3, size - 0.3)
    for _ in range(20):
        source = r.uniform(0.3, size - 0.3)
        if 0.3 < np.linalg.norm(source - mic) < 2.5:
            break
    n = np.arange(-order, order + 1)
    i, j, k = np.meshgrid(n, n, n, indexing="ij")
    i, j, k = i.ravel(), j.ravel(), k.ravel()
    near = np.abs(i) + np.abs(j) + np.abs(k) <= order
    index = np.stack([i, j, k], 1)[near]
    images = np.where(index % 2 == 0, index * size + source, (index + 1) * size - source)
    distance = np.linalg.norm(images - mic, axis=1)
    low, high = np.abs(np.floor(index / 2)), np.abs(np.ceil(index / 2))          # hits on the two walls of an axis
    gain = np.prod(walls[None, ::2] ** low * walls[None, 1::2] ** high, 1) / np.maximum(distance, 0.2)
    first = distance.min()
    delay = (distance - first) / SOUND * p.sample_rate
    length = int(min(rt60 * 1.2, 0.7) * p.sample_rate)
    h = np.zeros(length + 2)
    d = delay.astype(int)
    inside, part = d < length, delay - d
    np.add.at(h, d[inside], (gain * (1 - part))[inside])                          # a linear fraction of a sample
    np.add.at(h, d[inside] + 1, (gain * part)[inside])
    t = np.arange(length + 2) / p.sample_rate
    mixing = 0.02 + 0.002 * np.sqrt(volume)
    envelope = 10 ** (-3 * t / rt60) * np.clip((t - mixing / 2) / mixing, 0, 1)
    tail = r.standard_normal(length + 2) * envelope
    late = slice(int(mixing * p.sample_rate), int(2.5 * mixing * p.sample_rate))
    level = np.sqrt((h[late] ** 2).mean() / ((tail[late] ** 2).mean() + 1e-20))
    h += tail * np.clip(level, 0, 0.05 * np.abs(h).max())
    cutoff = r.uniform(4000, 12000)                                               # walls and air take the highs away
    f = np.fft.rfftfreq(len(h), 1 / p.sample_rate)
    soft = np.fft.irfft(np.fft.rfft(h) / np.sqrt(1 + (f / cutoff) ** 2), len(h))
    fade = np.clip(t / 0.02, 0, 1)
    h = h * (1 - fade) + soft * fade
    return (h / np.abs(h).max()).astype(np.float32), rt60


def trim(h):
    """A recorded response from its direct path on, at most one second."""
    start = max(int(np.abs(h).argmax()) - 24, 0)
    h = h[start:start + p.sample_rate].astype(np.float32)
    fade = min(len(h), 4800)
    h[-fade:] *= np.linspace(1, 0, fade, dtype=np.float32)
    return h / (np.abs(h).max() + 1e-9)


def vary(r, h):
    """A recorded response as another room would give it: larger or smaller, more or less damped, the speaker nearer or further."""
    rate = np.exp(r.uniform(-0.3, 0.3))
    n = min(int(len(h) / rate), p.sample_rate)
    h = np.interp(np.arange(n) * rate, np.arange(len(h)), h)
    h *= np.exp(-r.uniform(-1, 6) * np.arange(n) / p.sample_rate)
    h[:120] *= 10 ** (r.uniform(-4, 4) / 20)             # the direct path, 2.5 ms
    return h.astype(np.float32)


def split(h):
    """The whole response and its early part, with a short fade after the first 50 ms."""
    n, fade = int(p.early_seconds * p.sample_rate), 240
    early = h[:n + fade].copy()
    tail = early[n:]
    early[n:] = tail * np.linspace(1, 0, len(tail), dtype=np.float32)
    return h, early
