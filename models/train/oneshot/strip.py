"""Spectrograms of real held-out sounds (upper row) above generated ones (lower row), class by class.

  python -m train.oneshot.strip --shards SHARDS --checkpoint RUN/last.pt --out strip.png [--steps 12] [--guidance 0.5]
"""
import argparse
import matplotlib
matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
import torch
from .data import CLASSES, Sounds, place
from .export import load
from .network import F
from .params import params as p
from .path import sample
from .spectrum import decode


def generate(model, label, count, steps, guidance, frames=p.frames, seed=0, controls=None):
    """-> [count, samples] from the transient on."""
    g = torch.Generator().manual_seed(seed + 1000 * label)
    z = torch.randn(count, 2, frames, F, generator=g)
    if controls is None:
        controls = torch.randn(count, 2, generator=g).clamp(-2, 2)
    x = sample(model, z, torch.full((count,), label), controls, steps, guidance)
    return decode(x)[:, p.hop + p.onset:].numpy()


def spectrogram(x):
    n, hop = 1024, 256
    x = np.pad(x, (n // 2, n))
    frames = np.lib.stride_tricks.sliding_window_view(x, n)[::hop] * np.hanning(n)
    return 20 * np.log10(np.abs(np.fft.rfft(frames)).T + 1e-3)


if __name__ == "__main__":
    a = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    a.add_argument("--shards", required=True)
    a.add_argument("--checkpoint", required=True)
    a.add_argument("--out", required=True)
    a.add_argument("--steps", type=int, default=12)
    a.add_argument("--guidance", type=float, default=0.5)
    a.add_argument("--classes", default="kick,snare,tom,hihat-closed,hihat-open,ride,crash,china,cajon,body")
    a = a.parse_args()
    torch.set_num_threads(1)
    model, held = load(a.checkpoint), Sounds(a.shards, validation=True)
    classes = a.classes.split(",")
    figure, axes = plt.subplots(4, len(classes), figsize=(1.5 * len(classes), 6.4), sharex=True, sharey=True)
    for j, name in enumerate(classes):
        label = CLASSES.index(name)
        mine = np.flatnonzero(held.labels == label)
        real = [place(held.sounds[i])[p.onset:] for i in mine[[0, len(mine) // 2]]]
        made = generate(model, label, 2, a.steps, a.guidance)
        for i, x in enumerate(real + list(made)):
            s = spectrogram(x / np.abs(x).max())
            axes[i][j].imshow(s, origin="lower", aspect="auto", vmin=-50, vmax=40, extent=(0, len(x) / 48000, 0, 24), cmap="magma")
            axes[i][j].set_xticks([0, 0.5]), axes[i][j].set_yticks([0, 10, 20])
        axes[0][j].set_title(name, fontsize=9)
    for i, text in enumerate(("real", "real", "made", "made")):
        axes[i][0].set_ylabel(f"{text}, kHz", fontsize=8)
    figure.tight_layout(pad=0.4)
    figure.savefig(a.out, dpi=90)
