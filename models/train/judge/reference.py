"""What real sounds say of themselves: embeddings of both sides, and the thresholds for copies."""
import numpy as np
from .embedding import Embedding
from .features import statistics
from .figures import Waveforms, distances
from .sounds import CLASSES, real


class Reference:
    """A copy is nearer to a training sound than real held-out performances of its class are to theirs.

    Threshold of a class: 1st percentile of the held-out sounds' distances in the embedding, 99th of their correlations;
    of all classes where a class has fewer than `few` held-out sounds.
    """
    few = 10

    def __init__(self, shards, cut=None, classes=CLASSES):
        self.embedding = Embedding()
        self.train, self.held = (real(shards, side, cut, classes=classes) for side in (False, True))
        self.train_statistics, self.held_statistics = statistics(self.train.sounds), statistics(self.held.sounds)
        self.train_embedded = self.embedding.embed(self.train_statistics)
        self.held_embedded = self.embedding.embed(self.held_statistics)
        self.waveforms = [Waveforms(self.train.sounds[self.train.labels == c]) for c in range(len(CLASSES))]
        self.held_near = self.near(self.held, self.held_embedded)
        all_of = (np.percentile(self.held_near[0], 1), np.percentile(self.held_near[1], 99))
        self.thresholds = []
        for c in range(len(CLASSES)):
            mine = self.held.labels == c
            self.thresholds.append(all_of if mine.sum() < self.few else (
                np.percentile(self.held_near[0][mine], 1), np.percentile(self.held_near[1][mine], 99)))

    def near(self, sounds, embedded):
        """Nearest training sound of the same class.  -> distance [n], correlation [n], name of the nearest by distance"""
        distance, correlation = np.zeros(len(embedded)), np.zeros(len(embedded))
        names = [""] * len(embedded)
        for c in np.unique(sounds.labels):
            mine, theirs = np.flatnonzero(sounds.labels == c), np.flatnonzero(self.train.labels == c)
            d = distances(embedded[mine], self.train_embedded[theirs])
            distance[mine], correlation[mine] = d.min(1), self.waveforms[c].nearest(sounds.sounds[mine])
            for i, j in zip(mine, d.argmin(1)):
                names[i] = self.train.names[theirs[j]]
        return distance, correlation, names

    def copies(self, labels, near):
        """-> (too near in the embedding [n], too alike as a waveform [n])"""
        limit = np.array(self.thresholds)[labels]
        return near[0] < limit[:, 0], near[1] > limit[:, 1]
