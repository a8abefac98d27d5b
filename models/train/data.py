"""Batches of examples, made by one light background process (or more, --workers, beside a GPU)."""
import numpy as np
import torch
from .mixing import Mixer
from .params import params as p
from .sources import Noise, Shard, Speech


class Stream(torch.utils.data.IterableDataset):
    def __init__(self, shards, batch, seconds, seed):
        self.shards, self.batch, self.n, self.seed = shards, batch, int(seconds * p.sample_rate / p.hop) * p.hop, seed

    def __iter__(self):
        worker = torch.utils.data.get_worker_info()
        torch.set_num_threads(1)
        r = np.random.default_rng([self.seed, worker.id if worker else 0])
        mixer = mixer_of(self.shards)
        while True:
            rows = [mixer.example(r, self.n) for _ in range(self.batch)]
            noisy, clean, top = (torch.from_numpy(np.stack([np.asarray(x, np.float32) for x in c])) for c in zip(*rows))
            yield noisy, clean, top


def mixer_of(shards, validation=False):
    return Mixer(Speech(shards, validation), Noise(shards, validation), Shard(shards, "rir", False),
                 room_count=24 if validation else 600, seed=1 if validation else 0)


def batches(shards, batch, seconds, seed, workers=1):
    return iter(torch.utils.data.DataLoader(Stream(shards, batch, seconds, seed), batch_size=None,
                                            num_workers=workers, prefetch_factor=8 if workers else None))


def validation_set(shards, count=24, seconds=4.0):
    """The same held-out mixtures every time: -> list of (noisy [1, N], clean [1, N], top [1])."""
    r, mixer = np.random.default_rng(2024), mixer_of(shards, validation=True)
    rows = [mixer.example(r, int(seconds * p.sample_rate / p.hop) * p.hop) for _ in range(count)]
    return [tuple(torch.from_numpy(np.asarray(x, np.float32)[None]) for x in row) for row in rows]
