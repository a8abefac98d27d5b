"""Samples <-> compressed spectra, frame by frame as the engine does it.

Frame m covers samples [(m+1)H - W, (m+1)H): the stream is preceded by W - H zeros. With the square root of a periodic
Hann window of W = nH samples at both ends (n from 2 on) overlap-add returns the input W - H samples late.
"""
import torch
from .params import params as p

DELAY = p.window - p.hop


def window(size, device=None):
    return torch.hann_window(size, periodic=True, device=device, dtype=torch.float64).sqrt().float()


def analyse(audio, size=p.window, hop=p.hop):            # audio [B, T * H]
    padded = torch.nn.functional.pad(audio, (size - hop, 0))
    frames = padded.unfold(-1, size, hop)                # [B, T, W]
    return torch.fft.rfft(frames * window(size, audio.device))          # [B, T, F] complex


def synthesise(spectrum, size=p.window, hop=p.hop):      # [B, T, F] complex
    frames = torch.fft.irfft(spectrum, n=size) * (window(size, spectrum.device) * (2 * hop / size))
    out = frames[..., :hop]
    for i in range(1, size // hop):                      # hop m: the i-th part of frame m - i
        part = frames[:, :, i * hop:(i + 1) * hop]
        out = out + torch.nn.functional.pad(part[:, :-i], (0, 0, i, 0))
    return out.flatten(1)                                # [B, T * H]; hop m holds samples from mH - (W - H) on


def pair(spectrum):                                      # complex [B, T, F] -> real [B, 2, T, F]
    return torch.stack((spectrum.real, spectrum.imag), 1)


def compress(z):                                         # [B, 2, T, F]: |z|^0.5 with the phase of z
    power = (z * z).sum(1, keepdim=True)
    return z * torch.where(power > 0, power, 1.0).rsqrt().sqrt()


def expand(z):                                           # |z|^2 with the phase of z; the inverse
    return z * ((z * z).sum(1, keepdim=True) + 1e-12).sqrt()


def complex_of(z):                                       # [B, 2, T, F] -> complex [B, T, F]
    return torch.complex(z[:, 0], z[:, 1])
