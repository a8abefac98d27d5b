"""Samples <-> compressed spectra, frame by frame as the engine does it.

Frame m covers samples [(m-1)H, (m+1)H): the stream is preceded by H zeros. With the square root of a
periodic Hann window at both ends and 50 % overlap, overlap-add returns the input one hop late.
"""
import torch
from .params import params as p


def window(device=None):
    return torch.hann_window(p.window, periodic=True, device=device, dtype=torch.float64).sqrt().float()


def analyse(audio):                                      # audio [B, T * H]
    padded = torch.nn.functional.pad(audio, (p.hop, 0))
    frames = padded.unfold(-1, p.window, p.hop)          # [B, T, 960]
    return torch.fft.rfft(frames * window(audio.device))                # [B, T, F] complex


def synthesise(spectrum):                                # [B, T, F] complex
    frames = torch.fft.irfft(spectrum, n=p.window) * window(spectrum.device)
    tail, head = frames[..., p.hop:], frames[..., :p.hop]
    past = torch.nn.functional.pad(tail[:, :-1], (0, 0, 1, 0))
    return (past + head).flatten(1)                      # [B, T * H]; hop m holds samples [(m-1)H, mH)


def pair(spectrum):                                      # complex [B, T, F] -> real [B, 2, T, F]
    return torch.stack((spectrum.real, spectrum.imag), 1)


def compress(z):                                         # [B, 2, T, F]: |z|^0.5 with the phase of z
    power = (z * z).sum(1, keepdim=True)
    return z * torch.where(power > 0, power, 1.0).rsqrt().sqrt()


def expand(z):                                           # |z|^2 with the phase of z; the inverse
    return z * ((z * z).sum(1, keepdim=True) + 1e-12).sqrt()


def complex_of(z):                                       # [B, 2, T, F] -> complex [B, T, F]
    return torch.complex(z[:, 0], z[:, 1])
