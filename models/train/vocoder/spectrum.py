"""Samples <-> compressed spectra at the vocoder's rate; frame m covers samples [(m-1)H, (m+1)H), H zeros in front."""
import torch
from ..spectrum import complex_of, compress, expand, pair          # of any size
from .params import params as p

WINDOW = torch.hann_window(p.window, periodic=True, dtype=torch.float64).sqrt().float()


def analyse(audio):                                      # [B, T * H] -> complex [B, T, F]
    frames = torch.nn.functional.pad(audio, (p.hop, 0)).unfold(-1, p.window, p.hop)
    return torch.fft.rfft(frames * WINDOW)


def synthesise(spectrum):                                # complex [B, T, F] -> [B, T * H], one hop late
    frames = torch.fft.irfft(spectrum, n=p.window) * WINDOW
    past = torch.nn.functional.pad(frames[:, :-1, p.hop:], (0, 0, 1, 0))
    return (past + frames[..., :p.hop]).flatten(1)
