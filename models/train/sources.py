"""The packed shards, and fair draws from them: by voice rather than by hour, full-band voices favoured."""
import csv, os, zlib
import numpy as np
from .params import params as p

# How many different people stand behind one label that pools them (SOURCES.md).
CROWDS = {"picovoice_s2i_unlabelled": 40, "picovoice_ww_unlabelled": 20}


def held_out(kind, row):
    """About 5 % of voices and of noise recordings validate; nobody's recording is on both sides."""
    if kind == "speech":
        if row["group"].startswith(("kathleen", "asp_", "picovoice", "flemish", "kerstin", "precise")):
            return False                                 # the few long voices stay in training
        return zlib.crc32(row["group"].encode()) % 20 == 0
    if kind == "noise":
        stem = os.path.basename(row["origin"]).rsplit(".", 1)[0].rsplit("_", 2)[0]
        return zlib.crc32(stem.encode()) % 16 == 0
    return False


class Shard:
    def __init__(self, folder, kind, validation):
        self.audio = np.load(os.path.join(folder, kind + ".npy"), mmap_mode="r")
        with open(os.path.join(folder, kind + ".tsv")) as f:
            rows = [r for r in csv.DictReader(f, delimiter="\t") if held_out(kind, r) == validation]
        self.groups = {}
        for r in rows:
            self.groups.setdefault(r["group"], []).append((int(r["start"]), int(r["length"]), float(r["bandwidth"])))
        self.names = sorted(self.groups)

    def clip(self, item, at=0, n=None):
        start, length = item[0] + at, item[1] - at
        return self.audio[start:start + (length if n is None else min(n, length))].astype(np.float32) / 32768


class Speech(Shard):
    def __init__(self, folder, validation=False):
        super().__init__(folder, "speech", validation)
        self.bandwidth, weight = {}, []
        for name in self.names:
            files = self.groups[name]
            hz = float(np.percentile([b for _, _, b in files], 80))      # of the source, not of one file
            self.bandwidth[name] = hz
            minutes = sum(n for _, n, _ in files) / p.sample_rate / 60
            w = min(minutes, 6.0) ** 0.5 * CROWDS.get(name, 1) ** 0.5
            weight.append(w)
        w, wide = np.array(weight), np.array([self.bandwidth[n] > 14000 for n in self.names])
        share = 0.5 if 0 < wide.sum() < len(wide) else 1.0               # half of all clips are full band
        w = np.where(wide, w / max(w[wide].sum(), 1e-9) * share, w / max(w[~wide].sum(), 1e-9) * (1 - share))
        self.weight = w / w.sum()

    def draw(self, r, n, name=None):
        """n samples of one voice: files one after the other with short pauses.  -> audio, voice, bandwidth"""
        name = name or self.names[r.choice(len(self.names), p=self.weight)]
        files, parts, total = self.groups[name], [], 0
        gap = int(r.uniform(0, 0.5) * p.sample_rate) if r.random() < 0.3 else 0
        while total < n:
            item = files[r.integers(len(files))]
            spare = item[1] - (n - total)
            x = self.clip(item, int(r.integers(0, spare)) if spare > 0 else 0, n - total)
            x[:96] *= np.linspace(0, 1, len(x[:96]))
            x[-96:] *= np.linspace(1, 0, len(x[-96:]))
            x = x / (np.sqrt((x ** 2).mean()) + 1e-4)
            parts += [np.zeros(gap, np.float32), x]
            total += gap + len(x)
            gap = int(r.uniform(0.05, 0.5) * p.sample_rate)
        return np.concatenate(parts)[:n], name, self.bandwidth[name]


class Noise(Shard):
    """Recordings by class (weighted by the square root of its minutes) and, now and then, one-shots or music."""

    def __init__(self, folder, validation=False):
        super().__init__(folder, "noise", validation)
        self.shots = Shard(folder, "oneshots", False)
        w = np.array([sum(n for _, n, _ in self.groups[g]) for g in self.names], float) ** 0.5
        self.weight = w / w.sum()

    def draw(self, r, n):
        out = np.zeros(n, np.float32)
        if r.random() < 0.06:                            # scattered one-shots
            for at in r.integers(0, n, r.integers(1, 8)):
                files = self.shots.groups[self.shots.names[r.integers(len(self.shots.names))]]
                x = self.shots.clip(files[r.integers(len(files))], 0, n - at)
                out[at:at + len(x)] += x * r.uniform(.2, 1)
            return out, 24000.0
        files = self.groups[self.names[r.choice(len(self.names), p=self.weight)]]
        item = files[r.integers(len(files))]
        at, filled = int(r.integers(0, max(item[1] - n // 2, 1))), 0
        while filled < n:                                # loop short recordings with a cross-fade
            x = self.clip(item, at, n - filled)
            m = min(480, len(x) // 2, filled)
            if m:
                ramp = np.linspace(0, 1, m, dtype=np.float32)
                out[filled - m:filled] *= 1 - ramp
                out[filled - m:filled] += x[:m] * ramp
                x = x[m:]
            out[filled:filled + len(x)] = x
            filled += max(len(x), 1)
            at = 0
        return out, item[2]
