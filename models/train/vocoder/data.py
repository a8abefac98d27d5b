"""Clips of 24 kHz speech with the F0 of their frames, from the speech shard; one light background process."""
import os
import numpy as np
import soxr
import torch
from ..sources import Speech
from .params import params as p
from .pitch import STEP


class Clips(Speech):
    def __init__(self, shards, validation=False):
        super().__init__(shards, validation)
        self.pitch = np.load(os.path.join(shards, "pitch.npy"), mmap_mode="r")

    def clip24(self, r, n, speed=1.0, name=None):
        """n samples at 24 kHz of one voice, its F0 [n / hop] (0 unvoiced, -1 unknown) and its name."""
        name = name or self.names[r.choice(len(self.names), p=self.weight)]
        files, audio, pitch = self.groups[name], [], []
        need, rate = int(n * 2 * speed) + 4, p.sample_rate * 2 * speed
        total = 0
        while total < need:
            item = files[r.integers(len(files))]
            spare = item[1] - (need - total)
            at = int(r.integers(0, spare)) if spare > 0 else 0
            x = self.clip(item, at, need - total)
            x[:96] *= np.linspace(0, 1, len(x[:96]))
            x[-96:] *= np.linspace(1, 0, len(x[-96:]))
            x /= np.sqrt((x ** 2).mean()) + 1e-4
            f = np.repeat(self.pitch[(item[0] + at) // STEP:(item[0] + at) // STEP + len(x) // STEP + 2], STEP)[:len(x)]
            audio.append(x)
            pitch.append(np.pad(f, (0, len(x) - len(f)), constant_values=-1))
            total += len(x)
        x, f = np.concatenate(audio)[:need], np.concatenate(pitch)[:need]
        x = soxr.resample(x, rate, p.sample_rate, quality="HQ")[:n]
        at = np.minimum(np.arange(n // p.hop) * STEP * speed, need - 1).astype(int)      # frame m is centred on m hops
        f = f[at]
        return np.pad(x, (0, n - len(x))).astype(np.float32), np.where(f > 0, f * speed, f).astype(np.float32), name


def level(x, r):
    frames = (x[:len(x) // 240 * 240].reshape(-1, 240) ** 2).mean(1)
    loud = np.sqrt(frames[frames > frames.max() * 10 ** -3.5].mean() + 1e-12)
    x = x * (10 ** (r.normal(*p.level) / 20) / loud)
    return (x * min(1.0, 0.99 / (np.abs(x).max() + 1e-9))).astype(np.float32)


class Stream(torch.utils.data.IterableDataset):
    def __init__(self, shards, batch, seconds, seed):
        self.shards, self.batch, self.seed = shards, batch, seed
        self.n = int(seconds * p.sample_rate) // p.hop * p.hop

    def __iter__(self):
        torch.set_num_threads(1)
        r, clips = np.random.default_rng(self.seed), Clips(self.shards)
        while True:
            rows = []
            for _ in range(self.batch):
                speed = float(np.exp(r.uniform(-p.speed, p.speed))) if r.random() < p.p_speed else 1.0
                x, f, _ = clips.clip24(r, self.n, speed)
                rows.append((level(x, r), f))
            yield tuple(torch.from_numpy(np.stack(c)) for c in zip(*rows))


def batches(shards, batch, seconds, seed):
    return iter(torch.utils.data.DataLoader(Stream(shards, batch, seconds, seed), batch_size=None,
                                            num_workers=1, prefetch_factor=4))


def validation_set(shards, count=16, seconds=4.0):
    """The same held-out clips every time, full-band voices first: [(audio [1, N], F0 [1, T])]."""
    r, clips = np.random.default_rng(7), Clips(shards, validation=True)
    n = int(seconds * p.sample_rate) // p.hop * p.hop
    names = sorted(clips.names, key=lambda v: (clips.bandwidth[v] < 11000, v))
    out = []
    for i in range(count):
        x, f, _ = clips.clip24(r, n, 1.0, names[i % len(names)])
        out.append((torch.from_numpy(level(x, r))[None], torch.from_numpy(f)[None]))
    return out
