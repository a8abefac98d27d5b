"""Figures on held-out mixtures, cheap enough to watch while training."""
import torch
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
    spectral, snr, quality = [], [], []
    for noisy, clean, top in mixtures:
        noisy, clean, top = (v.to(device) for v in (noisy, clean, top))
        y = compress(pair(analyse(noisy)))
        g = follow(y)
        d = reverse(model, y / g, steps)
        x0 = compress(pair(analyse(clean))) / g
        _, a, b = loss(d, x0, g, clean, top)
        spectral.append(float(a))
        if float((clean ** 2).sum()) > 1e-6:
            snr.append(float(b))
            heard = synthesise(rendered(d, g))[0, DELAY:].cpu().numpy()
            quality.append(wideband_pesq(clean[0, :len(heard)].cpu().numpy(), heard))
    quality = [q for q in quality if q]
    mean = lambda a: sum(a) / max(len(a), 1)
    return f"loss {mean(spectral):.5f}\tSNR {mean(snr):.2f} dB\tPESQ {mean(quality):.3f}"
