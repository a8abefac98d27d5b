"""Figures on held-out mixtures, cheap enough to watch while training."""
import torch
from .intelligibility import intelligibility
from .loss import loss
from .normalise import follow
from .params import params as p
from .reference import reverse
from .spectra import rendered
from .spectrum import DELAY, analyse, compress, pair, synthesise


def wideband_pesq(clean, enhanced):
    import soxr
    from pesq import pesq
    try:
        return pesq(16000, *(soxr.resample(s, p.sample_rate, 16000) for s in (clean, enhanced)), "wb")
    except Exception:                                    # no speech found in the clip
        return None


@torch.no_grad()
def validate(model, mixtures, device="cpu", steps=1):
    spectral, snr, quality, estoi = [], [], [], []
    for noisy, clean, top in mixtures:
        noisy, clean, top = (v.to(device) for v in (noisy, clean, top))
        y = compress(pair(analyse(noisy)))
        g = follow(y)
        d = reverse(model, y / g, steps)
        x0 = compress(pair(analyse(clean))) / g
        _, a, b = loss(d, x0, g, noisy, clean, top)
        spectral.append(float(a))
        if float((clean ** 2).sum()) > 1e-6:
            snr.append(float(b))
            heard = synthesise(rendered(d, g))[:, DELAY:]
            clean = clean[:, :heard.shape[1]]
            quality.append(wideband_pesq(clean[0].cpu().numpy(), heard[0].cpu().numpy()))
            estoi.append(float(intelligibility(clean, heard)[0]) or None)
    mean = lambda a: sum(v for v in a if v is not None) / max(sum(v is not None for v in a), 1)
    return f"loss {mean(spectral):.5f}\tSNR {mean(snr):.2f} dB\tPESQ {mean(quality):.3f}\tESTOI {mean(estoi):.3f}"
