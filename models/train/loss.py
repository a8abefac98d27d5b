"""The loss, on what is heard: the prediction is synthesised and analysed again before it is compared.

  L = .5 (m_e - m_x)^2 + .5 |E - X|^2 + .3 ReLU(m_x - m_e)^2 + 1.5 (m_e^.6 - m_x^.6)^2 - .075 SNR / 10     m = |.|
over compressed spectra divided by the follower's gain, bins above the source's bandwidth masked,
low frequencies weighted up. The SNR is the plain one: a network that shrinks the speech pays.
"""
import torch
from .params import params as p
from .spectrum import analyse, complex_of, compress, expand, pair, synthesise

HZ = torch.arange(p.bins) * (p.sample_rate / p.window)
WEIGHT = 1 / (1 + HZ / p.loss_corner)
WEIGHT = WEIGHT / WEIGHT.mean()


def magnitude(z):                                        # [B, 2, T, F] -> [B, T, F]
    return ((z * z).sum(1) + 1e-6).sqrt()


def finer(z):                                            # |.|^0.6 of a spectrum already compressed by 0.5
    return ((z * z).sum(1) + 1e-4) ** 0.3


def loss(prediction, g, clean, top):
    """prediction [B, 2, T, F] normalised, g [B, 1, T, 1], clean [B, N] samples, top [B] Hz."""
    heard = synthesise(complex_of(expand(prediction * g)))[:, p.hop:]    # the delay of one hop taken off
    clean = clean[:, :heard.shape[1]]
    frames = heard.shape[1] // p.hop
    g = g[:, :, :frames]
    e, x = (compress(pair(analyse(s))) / g for s in (heard, clean))
    w = WEIGHT.to(e.device) * (HZ.to(e.device) < top[:, None])[:, None]  # [B, 1, F]
    w = w / WEIGHT.sum()
    m_e, m_x = magnitude(e), magnitude(x)
    per_bin = p.loss_magnitude * (m_e - m_x) ** 2 + p.loss_complex * ((e - x) ** 2).sum(1) \
        + p.loss_suppression * (m_x - m_e).relu() ** 2
    spectral = (per_bin * w).sum(-1).mean()
    fine = p.loss_fine * (((finer(e) - finer(x)) ** 2) * w).sum(-1).mean()
    s, d = (clean ** 2).sum(-1), ((heard - clean) ** 2).sum(-1)
    snr = 10 * torch.log10((s + 1e-7) / (d + 1e-4 * s + 1e-7))    # flat above 40 dB
    snr = (snr * (s > 1e-6)).mean()                      # clips without speech have none
    return spectral + fine - p.loss_snr * snr / 10, spectral.detach(), snr.detach()
