"""One class of the one-shots as DiffWave sees it: [count, N] at its sample rate, transient at `onset`, peak `scale`."""
import csv, os
import numpy as np
import soxr
from ..oneshot.data import place
from ..oneshot.split import held_out
from .params import params as p

LENGTH = p.frames * p.hop
WIDE = 48000                                             # rate of the shards


def recordings(shards, validation):
    """-> list of float32 at 48 kHz, of the training or of the held-out side."""
    audio = np.load(os.path.join(shards, "oneshots.npy"), mmap_mode="r")
    with open(os.path.join(shards, "oneshots.tsv")) as f:
        rows = [r for r in csv.DictReader(f, delimiter="\t") if r["group"] in p.groups]
    return [audio[int(r["start"]):int(r["start"]) + min(int(r["length"]), 2 * WIDE)].astype(np.float32) / 32768
            for r in rows if held_out(r["origin"]) == validation]


def shape(x):
    """A recording at 48 kHz -> [N]: transient at `onset`, cut with a fade, peak `scale`."""
    x = soxr.resample(place(x, LENGTH * WIDE // p.sample_rate), WIDE, p.sample_rate, quality="HQ")[:LENGTH]
    x[-160:] *= np.linspace(1, 0, 160)
    return (p.scale * x / max(np.abs(x).max(), 1e-6)).astype(np.float32)


def varied(x, r):
    """Speed and tone: what keeps a hundred recordings from being learnt by heart."""
    x = soxr.resample(x, WIDE, WIDE * np.exp(r.uniform(-p.speed, p.speed)), quality="MQ").astype(np.float32)
    octaves = np.log2(np.maximum(np.fft.rfftfreq(len(x), 1 / WIDE), 60) / 1000)
    return np.fft.irfft(np.fft.rfft(x) * 10 ** (r.normal() * p.tilt / 4 * octaves / 20), len(x)).astype(np.float32)


def bank(shards, cache, variants=15, seed=0):
    """Every training recording, plain and `variants` times varied, made once.  -> [count, N]"""
    if os.path.exists(cache):
        return np.load(cache)
    r = np.random.default_rng(seed)
    sounds = np.stack([shape(varied(x, r)) if k else shape(x) for x in recordings(shards, False) for k in range(variants + 1)])
    np.save(cache, sounds)
    return sounds


def held(shards):
    return np.stack([shape(x) for x in recordings(shards, True)])
