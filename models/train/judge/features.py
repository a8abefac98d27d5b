"""Log-mel statistics of a placed sound: [32 bands x 8 stretches of time], fixed by formula.

Low bands from long windows (pitch), high bands from short ones (the transient). The stretches grow from 5 ms to half a
second, because that is how percussion decays. Levels in units of 10 dB over a floor 70 dB below a full-scale sine.
"""
import numpy as np
from ..oneshot.params import params as p

BANDS, LOW, HIGH, SPLIT = 32, 40.0, 20000.0, 1000.0      # Hz
HOP = 240
EDGES = [0, 1, 3, 6, 12, 24, 48, 96, 190]                # frames of 5 ms after the transient
SIZE = BANDS * (len(EDGES) - 1)
FLOOR = 1e-7


def bands(window):
    """Triangles, equally wide in mel, of one window's bins.  -> [BANDS, window / 2 + 1]"""
    mel = lambda f: 2595 * np.log10(1 + f / 700)
    edge = 700 * (10 ** (np.linspace(mel(LOW), mel(HIGH), BANDS + 2) / 2595) - 1)
    f = np.fft.rfftfreq(window, 1 / p.sample_rate)
    up = (f - edge[:-2, None]) / (edge[1:-1] - edge[:-2])[:, None]
    down = (edge[2:, None] - f) / (edge[2:] - edge[1:-1])[:, None]
    triangle = np.clip(np.minimum(up, down), 0, None)
    triangle *= ((edge[1:-1] < SPLIT) == (window > 1000))[:, None]
    return triangle / np.maximum(triangle.sum(1, keepdims=True), 1e-9)


WINDOWS = [(w, np.hanning(w + 1)[:-1], bands(w)) for w in (2048, 512)]


def power(x):
    """[LENGTH] -> [BANDS, frames], relative to a full-scale sine"""
    total = 0
    for window, shape, weight in WINDOWS:
        padded = np.pad(x[p.onset:], (window // 2 - HOP // 2, window))
        frames = np.lib.stride_tricks.sliding_window_view(padded, window)[::HOP][:EDGES[-1]]
        spectrum = np.abs(np.fft.rfft(frames * shape)) ** 2 / (shape.sum() / 2) ** 2
        total = total + weight @ spectrum.T
    return total


def statistics(sounds):
    """[n, LENGTH] -> [n, SIZE]"""
    out = np.zeros((len(sounds), SIZE), np.float32)
    for i, x in enumerate(sounds):
        e = power(x)
        pooled = np.stack([e[:, a:b].mean(1) for a, b in zip(EDGES, EDGES[1:])], 1)
        out[i] = np.log10(np.maximum(pooled, FLOOR) / FLOOR).ravel()
    return out
