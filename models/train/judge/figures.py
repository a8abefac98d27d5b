"""The figures themselves: arrays in, numbers out."""
import numpy as np
import soxr
from ..oneshot.params import params as p

NARROW = 16000                                           # Hz: waveforms are correlated up to 8 kHz
WINDOW, FFT = 14400, 16384                               # 0.9 s; lags up to +-62 ms


def frechet(a, b, weight=None):
    """Distance between two Gaussians fitted to [n, d] and [m, d]: |mu|^2 + tr(A + B - 2 (A B)^1/2).  weight [n] of a."""
    mean = np.average(a, 0, weight) - b.mean(0)
    one, two = np.cov(a.T, aweights=weight), np.cov(b.T)
    values, vectors = np.linalg.eigh(one)
    root = vectors * np.sqrt(np.maximum(values, 0)) @ vectors.T           # tr (A B)^1/2 = tr (A^1/2 B A^1/2)^1/2
    cross = np.sqrt(np.maximum(np.linalg.eigvalsh(root @ two @ root), 0)).sum()
    return max(0.0, float(mean @ mean + np.trace(one) + np.trace(two) - 2 * cross))


def distances(a, b):
    """Euclidean, [n, d], [m, d] -> [n, m]"""
    square = (a * a).sum(1)[:, None] + (b * b).sum(1) - 2 * a @ b.T
    return np.sqrt(np.maximum(square, 0))


def diversity(e):
    """Mean distance between two different sounds of [n, d]."""
    d = distances(e, e)
    return float(d.sum() / (len(e) * (len(e) - 1))) if len(e) > 1 else float("nan")


class Waveforms:
    """Training waveforms ready to be correlated with others."""

    def __init__(self, sounds):
        self.spectra = self.of(sounds)

    @staticmethod
    def of(sounds):
        out = np.zeros((len(sounds), FFT // 2 + 1), np.complex64)
        for i, x in enumerate(sounds):
            x = soxr.resample(x, p.sample_rate, NARROW, quality="MQ")[:WINDOW]
            out[i] = np.fft.rfft(x / max(np.sqrt((x.astype(np.float64) ** 2).sum()), 1e-9), FFT)
        return out

    def nearest(self, sounds):
        """Largest normalised cross-correlation, either polarity, of each sound with any of these.  -> [n]"""
        best = np.zeros(len(sounds))
        for i, s in enumerate(self.of(sounds)):
            for at in range(0, len(self.spectra), 64):
                c = np.abs(np.fft.irfft(self.spectra[at:at + 64].conj() * s))
                lag = (FFT - WINDOW) // 2
                best[i] = max(best[i], c[:, :lag].max(), c[:, -lag:].max())
        return best
