"""Extended short-time intelligibility (ESTOI, Jensen & Taal 2016, doi 10.1109/TASLP.2016.2585878), differentiable and at 48 kHz.

Third-octave envelopes in frames of 25.6 ms, cut into segments of 384 ms; each band of a segment is normalised over time, then each
frame over the bands, and what is left of the two signals is correlated. The reference works at 10 kHz; the bands (150 Hz to 4.3 kHz) and
frames are the same here, and frames more than 40 dB below the loudest of the clean signal are left out of both.
"""
import functools
import torch
from .params import params as p

FRAME, HOP, FFT = 1228, 614, 2048                        # 25.6 and 12.8 ms
BANDS, SEGMENT, RANGE = 15, 30, 40                       # bands, frames a segment, dB


@functools.cache
def bands(device):
    """[FFT / 2 + 1, BANDS] of 0 and 1, and the window."""
    hz = torch.arange(FFT // 2 + 1) * (p.sample_rate / FFT)
    centre = 150 * 2 ** (torch.arange(BANDS) / 3)
    low, high = (hz[(hz[:, None] - centre * 2 ** (k / 6)).abs().argmin(0)] for k in (-1, 1))
    inside = (hz[:, None] >= low) & (hz[:, None] < high)
    return inside.float().to(device), torch.hann_window(FRAME, device=device)


def envelopes(x):                                        # [B, N] -> [B, BANDS, frames]
    matrix, window = bands(x.device)
    z = torch.stft(x, FFT, HOP, FRAME, window, center=False, return_complex=True)
    power = z.real ** 2 + z.imag ** 2
    return (power.transpose(1, 2) @ matrix).add(1e-12).sqrt().transpose(1, 2)


def normalised(x):                                       # [segments, BANDS, SEGMENT]
    x = x - x.mean(2, keepdim=True)
    x = x / (x.norm(dim=2, keepdim=True) + 1e-8)
    x = x - x.mean(1, keepdim=True)
    return x / (x.norm(dim=1, keepdim=True) + 1e-8)


def intelligibility(clean, heard):
    """clean, heard [B, N] at 48 kHz -> mean ESTOI of the clips with enough speech, and their share of the batch."""
    values = []
    for a, b, x, y in zip(envelopes(clean), envelopes(heard), clean, heard):
        energy = x.unfold(0, FRAME, HOP).mul(bands(x.device)[1]).norm(dim=1)[:a.shape[1]]
        kept = energy > energy.max() * 10 ** (-RANGE / 20)
        if int(kept.sum()) < SEGMENT or float(energy.max()) < 1e-4:
            continue
        a, b = (normalised(v[:, kept].unfold(1, SEGMENT, 1).transpose(0, 1)) for v in (a, b))
        values.append((a * b).sum((1, 2)).mean() / SEGMENT)
    if not values:
        return clean.new_zeros(()), 0.0
    return torch.stack(values).mean(), len(values) / len(clean)
