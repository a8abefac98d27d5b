"""Mel frames as PyTorch users save them, and the start that a spectrum gets from them.

`mel`: reflect-padded by (fft - hop) / 2 = 384 each side, Hann window 1024, hop 256, sqrt(re^2 + im^2 + 1e-9), Slaney filters
(librosa's defaults: Slaney scale and area), ln(max(., 1e-5)): HiFi-GAN's `mel_spectrogram`, in BigVGAN's 24khz_100band setting.
Frame m is centred on sample 256 m + 128; N samples, N a multiple of 256, give N / 256 frames.
"""
import numpy as np
import torch
from .params import params as p

FACTOR = float(np.sqrt(256.0 / 384.0))                   # noise in a 512 square-root-Hann frame against a 1024 Hann one


def hz_of(mel):                                          # Slaney: linear to 1 kHz, then logarithmic
    return np.where(mel < 15.0, mel * (200.0 / 3.0), 1000.0 * np.exp((mel - 15.0) * (np.log(6.4) / 27.0)))


def mel_of(hz):
    return hz * 0.015 if hz < 1000.0 else 15.0 + np.log(hz / 1000.0) * (27.0 / np.log(6.4))


def filters():
    """-> [M, 513], rows of area 1 over Hz."""
    edges = hz_of(np.linspace(mel_of(p.low), mel_of(p.high), p.bands_mel + 2))
    f = np.arange(p.fft // 2 + 1) * (p.sample_rate / p.fft)
    up = (f - edges[:-2, None]) / (edges[1:-1] - edges[:-2])[:, None]
    down = (edges[2:, None] - f) / (edges[2:] - edges[1:-1])[:, None]
    return np.maximum(0.0, np.minimum(up, down)) * (2.0 / (edges[2:] - edges[:-2]))[:, None]


def interpolation():
    """-> [513, M]: linear between band centres, of mel frames over their filters' sums. Always positive."""
    b = filters()
    edges = hz_of(np.linspace(mel_of(p.low), mel_of(p.high), p.bands_mel + 2))
    f = np.arange(p.fft // 2 + 1) * (p.sample_rate / p.fft)
    w = np.stack([np.interp(f, edges[1:-1], np.eye(p.bands_mel)[i]) for i in range(p.bands_mel)], 1)
    return w / b.sum(1)


FILTERS = torch.from_numpy(filters()).float()
INVERSE = torch.from_numpy(np.linalg.pinv(filters())[::2] * FACTOR).float()          # [257, M]
SMOOTH = torch.from_numpy(interpolation()[::2] * FACTOR).float()
HANN = torch.hann_window(p.fft, periodic=True)


def mel(audio):                                          # [B, N] -> [B, M, N / hop]
    pad = (p.fft - p.hop) // 2
    x = torch.nn.functional.pad(audio[:, None], (pad, pad), mode="reflect")[:, 0]
    spectrum = torch.stft(x, p.fft, p.hop, p.fft, HANN, center=False, return_complex=True)
    size = (spectrum.real ** 2 + spectrum.imag ** 2 + 1e-9).sqrt()
    return (FILTERS @ size).clamp_min(p.floor).log()


def envelope(y, past=None):
    """Log mel [B, M, T] -> what frames are divided by, [B, 1, T, F]: the pseudo-inverse mel, compressed.

    Frame i of the network is frame i - lookahead of the spectrum; it lies between mel frames i - lookahead - 1 and
    i - lookahead. Frames before the first are silence.
    """
    n = p.lookahead + 1
    past = torch.full_like(y[:, :, :1], float(np.log(p.floor))).expand(-1, -1, n) if past is None else past
    m = torch.cat((past, y), 2).exp()
    m = 0.5 * (m[:, :, :-n] + m[:, :, 1:1 + y.shape[2]])                             # [B, M, T]
    size = torch.maximum(INVERSE @ m, p.bound * (SMOOTH @ m))
    return size.sqrt().transpose(1, 2)[:, None]
