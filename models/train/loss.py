"""The loss, on what is heard: the prediction is synthesised and analysed again before it is compared.

  L = .5 (m_e - m_x)^2 + .5 |E - X|^2 + .3 ReLU(m_x - m_e)^2 + 2 (m_e^.6 - m_x^.6)^2 + .3 ReLU(m_x^.6 - m_e^.6)^2 - .075 SNR / 10
      + .02 PESQ's disturbance + .2 (1 - ESTOI)     m = |.|
over compressed spectra divided by the follower's gain, bins above the source's bandwidth masked, low frequencies weighted up. The SNR is the
plain one: a network that shrinks the speech pays.
"""
import torch
from .intelligibility import intelligibility
from .params import params as p
from .perceptual import disturbance
from .spectra import compared, rendered
from .spectrum import DELAY, analyse, synthesise

HZ = torch.arange(p.bins) * (p.sample_rate / p.window)
WEIGHT = 1 / (1 + HZ / p.loss_corner)
WEIGHT = WEIGHT / WEIGHT.sum()
TERMS = torch.tensor([p.loss_magnitude, p.loss_complex, p.loss_suppression, p.loss_fine, p.loss_fine_suppression])


def loss(prediction, x0, g, clean, top):
    """prediction and x0 [B, 2, T, F] normalised, g [B, 1, T, 1], clean [B, N] samples, top [B] Hz -> loss, its plain spectral part, SNR."""
    heard = synthesise(rendered(prediction, g))[:, DELAY:]               # the delay taken off
    clean = clean[:, :heard.shape[1]]
    w = WEIGHT.to(heard.device) * (HZ.to(heard.device) < top[:, None])   # [B, F]
    total, spectral = compared(analyse(heard), x0, g, w, TERMS.to(heard.device))
    s, d = (clean ** 2).sum(-1), ((heard - clean) ** 2).sum(-1)
    snr = 10 * torch.log10((s + 1e-7) / (d + 1e-4 * s + 1e-7))           # flat above 40 dB
    spoken = s > 1e-6                                                    # clips without speech have none
    snr = (snr * spoken).mean()
    total = total - p.loss_snr * snr / 10
    if p.loss_perceptual and spoken.any():
        total = total + p.loss_perceptual * disturbance(clean[spoken], heard[spoken]).mean() * spoken.float().mean()
    if p.loss_intelligibility and spoken.any():
        estoi, share = intelligibility(clean[spoken], heard[spoken])
        total = total + p.loss_intelligibility * (1 - estoi) * share * spoken.float().mean()
    return total, spectral, snr.detach()
