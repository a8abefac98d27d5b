"""The loss, on what is heard: the prediction is synthesised and analysed again before it is compared.

  L = .5 (m_e - m_x)^2 + .5 |E - X|^2 + .3 ReLU(m_x - m_e)^2 + 2 (m_e^.6 - m_x^.6)^2 + .25 ReLU(m_x^.6 - m_e^.6)^2 - .075 SNR / 10
      + .04 PESQ's disturbance + .3 (1 - ESTOI) + .15 cut / 10 dB + .02 LSD / 10 dB     m = |.|
      or, where nobody speaks, + .05 (what is left of the noise, dB) / 10
(PESQ, cut and LSD count 8 times where the input is clean to 24 dB: that has to pass untouched)
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


def loss(prediction, x0, g, noisy, clean, top):
    """prediction and x0 [B, 2, T, F] normalised, g [B, 1, T, 1], noisy and clean [B, N] samples, top [B] Hz -> loss, its plain spectral part, SNR."""
    heard = synthesise(rendered(prediction, g))[:, DELAY:]               # the delay taken off
    noisy, clean = noisy[:, :heard.shape[1]], clean[:, :heard.shape[1]]
    inside = HZ.to(heard.device) < top[:, None]                          # [B, F]
    w = WEIGHT.to(heard.device) * inside
    z = analyse(heard)
    total, spectral = compared(z, x0, g, w, TERMS.to(heard.device))
    s, d = (clean ** 2).sum(-1), ((heard - clean) ** 2).sum(-1)
    snr = 10 * torch.log10((s + 1e-7) / (d + 1e-4 * s + 1e-7))           # flat above 40 dB
    spoken = s > 1e-6                                                    # clips without speech have none
    snr = (snr * spoken).mean()
    total = total - p.loss_snr * snr / 10
    if spoken.any():
        c, e = clean[spoken], heard[spoken]
        estoi, share = intelligibility(c, e)
        said = p.loss_perceptual * disturbance(c, e) + p.loss_cut * cut(c, e) + p.loss_log / 10 * log_distance(z, x0, g, inside)[spoken]
        n = (noisy[spoken] - c).square().sum(-1)
        said = said * torch.where(s[spoken] > 10 ** 2.4 * n, p.loss_untouched, 1.0)
        total = total + (said.mean() + p.loss_intelligibility * (1 - estoi) * share) * spoken.float().mean()
    if not spoken.all():
        total = total + p.loss_alone / 10 * left(noisy[~spoken], heard[~spoken]).mean() * (~spoken).float().mean()
    return total, spectral, snr.detach()


def left(noisy, heard):
    """[B, N] -> what is left of noise alone [B], in dB; flat below -40 dB.  The spectral terms hardly see the difference between -15 and -30 dB."""
    n, h = noisy.square().mean(-1), heard.square().mean(-1)
    return 10 * torch.log10((h + 1e-4 * n + 1e-12) / (n + 1e-12))


def cut(clean, heard, frame=960):
    """[B, N] -> how far active frames of 20 ms lie more than 6 dB below the reference, in 10 dB, mean of the active ones [B]."""
    level = lambda x: 10 * torch.log10(x[:, :x.shape[1] // frame * frame].unflatten(1, (-1, frame)).square().mean(-1) + 1e-9)
    c, h = level(clean), level(heard)
    usual = c.amax(1, keepdim=True) - 6                  # about the level of active speech
    active = (c > usual - 18) & (c > -75)
    return ((c - h - 6).relu() * active).sum(1) / active.sum(1).clamp(min=1) / 10


def log_distance(z, x0, g, inside):
    """Spectra heard [B, T, F] (complex) and wanted -> log-spectral distance [B] in dB over the bins [B, F] inside."""
    x = (x0[:, :, :z.shape[1]].square().sum(1) * g[:, 0, :z.shape[1]].square()).square()      # out of the compression by .5
    floor = x.amax((1, 2), keepdim=True) * 1e-9 + 1e-14
    d = 10 * torch.log10((z.real.square() + z.imag.square() + floor) / (x + floor))
    inside = inside[:, None].float()
    return ((d.square() * inside).sum(-1) / inside.sum(-1) + 1e-3).sqrt().mean(1)
