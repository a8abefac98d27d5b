"""One-shots as the network sees them: transient at `onset`, a second long, peak one, with class and controls."""
import csv, os
import numpy as np
import soxr
import torch
from .params import params as p
from .split import held_out

LENGTH = p.frames * p.hop
CLASSES = list(p.classes)
CONTROLS = ["brightness", "length"]


def transient(x):
    """The first sample near the first rise: 10 % of the peak, then back to where 1 % was crossed within 2 ms."""
    size = np.abs(x)
    at = int(np.argmax(size > 0.1 * size.max()))
    back = size[max(0, at - 96):at + 1] > 0.01 * size.max()
    return max(0, at - 96) + int(np.argmax(back))


def place(x, n=LENGTH):
    """Puts the transient at `onset`, cuts or pads to n, fades both ends, peak 1."""
    at = transient(x)
    lead = x[max(0, at - p.onset):at] if at else x[:0]
    lead = lead * np.linspace(0, 1, len(lead)) if len(lead) else lead
    x = np.concatenate((np.zeros(p.onset - len(lead), np.float32), lead, x[at:]))[:n].astype(np.float32)
    if len(x) == n:                                      # longer than the network's second: a fade over 100 ms
        x[-4800:] *= np.linspace(1, 0, 4800, dtype=np.float32) ** 2
    x = np.pad(x, (0, n - len(x)))
    return x / max(np.abs(x).max(), 1e-6)


def measures(x):
    """-> (log2 of the spectral centroid, log2 of the time to -40 dB of the energy that is left), of a placed sound."""
    power = np.abs(np.fft.rfft(x)) ** 1
    centroid = (power * np.arange(len(power))).sum() / power.sum() * p.sample_rate / len(x)
    left = np.cumsum((x.astype(np.float64) ** 2)[::-1])[::-1]
    end = int(np.argmax(left < 1e-4 * left[0])) or len(x)
    return np.log2(max(centroid, 20.0)), np.log2(max(end - p.onset, 480) / p.sample_rate)


class Sounds:
    def __init__(self, shards, validation=False):
        audio = np.load(os.path.join(shards, "oneshots.npy"), mmap_mode="r")
        with open(os.path.join(shards, "oneshots.tsv")) as f:
            rows = list(csv.DictReader(f, delimiter="\t"))
        label = {group: i for i, groups in enumerate(p.classes.values()) for group in groups}
        rows = [r for r in rows if r["group"] in label]
        self.sounds, self.labels, self.origins = [], [], []
        everything = []
        for r in rows:
            x = audio[int(r["start"]):int(r["start"]) + int(r["length"])].astype(np.float32) / 32768
            everything.append((label[r["group"]], measures(place(x))))
            if held_out(r["origin"]) == validation:
                self.sounds.append(x[:2 * LENGTH])
                self.labels.append(label[r["group"]])
                self.origins.append(r["origin"])
        self.labels = np.array(self.labels)
        self.mean, self.deviation = np.zeros((len(CLASSES), 2)), np.ones((len(CLASSES), 2))
        for c in range(len(CLASSES)):
            m = np.array([v for k, v in everything if k == c])
            self.mean[c], self.deviation[c] = m.mean(0), m.std(0) + 0.05
        count = np.bincount(self.labels, minlength=len(CLASSES))
        weight = np.maximum(count, 1) ** 0.5 / np.maximum(count, 1)      # classes by the square root of their size
        self.weight = weight[self.labels] / weight[self.labels].sum()

    def controls(self, x, label):
        return np.clip((np.array(measures(x)) - self.mean[label]) / self.deviation[label], -2, 2).astype(np.float32)

    def draw(self, r):
        """-> sound [LENGTH], class, controls [2]"""
        i = r.choice(len(self.sounds), p=self.weight)
        x = self.sounds[i]
        if r.random() < 0.8:
            x = soxr.resample(x, 48000, 48000 * np.exp(r.uniform(-p.speed, p.speed)), quality="MQ").astype(np.float32)
        x = place(x)
        if r.random() < 0.5:                             # a gentle tilt around 1 kHz, without moving the transient
            f = np.fft.rfftfreq(LENGTH, 1 / p.sample_rate)
            octaves = np.log2(np.maximum(f, 60) / 1000)
            x = np.fft.irfft(np.fft.rfft(x) * 10 ** (r.normal() * p.tilt / 4 * octaves / 20), LENGTH)
            x = (x / np.abs(x).max()).astype(np.float32)
        return x, self.labels[i], self.controls(x, self.labels[i])


class Stream(torch.utils.data.IterableDataset):
    def __init__(self, shards, batch, seed):
        self.shards, self.batch, self.seed = shards, batch, seed

    def __iter__(self):
        torch.set_num_threads(1)
        worker = torch.utils.data.get_worker_info()
        r, sounds = np.random.default_rng([self.seed, worker.id if worker else 0]), Sounds(self.shards)
        while True:
            x, label, controls = (torch.from_numpy(np.stack(c)) for c in zip(*(sounds.draw(r) for _ in range(self.batch))))
            label = torch.where(torch.from_numpy(r.random(self.batch) < p.p_no_class), len(CLASSES), label)
            yield x, label, controls
