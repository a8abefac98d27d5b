"""Griffin-Lim from the same mel frames: the peer. With momentum .99, as librosa and torchaudio run it by default."""
import torch
from . import mel as m
from .params import params as p

PINV = torch.linalg.pinv(m.FILTERS.double()).float()     # [513, M]


def synthesise(z):                                       # complex [513, T] -> samples, 384 more at each end
    frames = torch.fft.irfft(z.T, n=p.fft) * m.HANN
    length = (len(frames) - 1) * p.hop + p.fft
    fold = lambda f: torch.nn.functional.fold(f.T[None], (1, length), (1, p.fft), stride=(1, p.hop))[0, 0, 0]
    return fold(frames) / fold((m.HANN ** 2).expand_as(frames)).clamp_min(1e-3)


def analyse(x):
    return torch.stft(x[None], p.fft, p.hop, p.fft, m.HANN, center=False, return_complex=True)[0]


def griffin_lim(y, iterations, momentum=0.99, seed=0):
    """Log mel [M, T] -> [T * hop] samples, by the clipped pseudo-inverse."""
    size = (PINV @ y.exp()).clamp_min(0.0)
    r = torch.Generator().manual_seed(seed)
    phase = torch.polar(torch.ones_like(size), 2 * torch.pi * torch.rand(size.shape, generator=r))
    before = torch.zeros_like(phase)
    for _ in range(iterations):
        now = analyse(synthesise(size * phase))
        phase = now - momentum / (1 + momentum) * before
        phase = phase / (phase.abs() + 1e-12)
        before = now
    pad = (p.fft - p.hop) // 2
    return synthesise(size * phase)[pad:-pad]
