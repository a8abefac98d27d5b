"""The fixed embedding, fitted once on the real training side and kept in embedding.npz.

  python -m train.judge.embedding --shards SHARDS      # writes embedding.npz beside this file

32 numbers a sound, each of deviation about one on the training side:
  16  principal components of the log-mel statistics (features.py), whitened: what it sounds like
  16  last hidden layer of a small classifier (256 -> 48 -> 16 -> classes), its principal axes whitened: what it is
"""
import argparse, os
import numpy as np
from .features import SIZE, statistics
from .sounds import CLASSES, real

FILE = os.path.join(os.path.dirname(__file__), "embedding.npz")
PARTS, HIDDEN = 16, 48


class Embedding:
    def __init__(self, file=FILE):
        self.w = dict(np.load(file))
        assert list(self.w["classes"]) == CLASSES, "embedding.npz is of other classes: fit it again"

    def penultimate(self, s):
        w = self.w
        h = np.maximum((s - w["mean"]) / w["deviation"] @ w["w1"] + w["b1"], 0)
        return np.tanh(h @ w["w2"] + w["b2"])

    def classify(self, s):                               # statistics [n, SIZE] -> class [n]
        return (self.penultimate(s) @ self.w["w3"] + self.w["b3"]).argmax(1)

    def embed(self, s):                                  # -> [n, 2 * PARTS]
        w = self.w
        return np.concatenate(((s - w["mean"]) @ w["pca"], (self.penultimate(s) - w["middle"]) @ w["axes"]), 1)


def whitening(x, parts):
    """Principal axes of [n, d], scaled so that x @ axes has deviation one.  -> [d, parts]"""
    values, vectors = np.linalg.eigh(np.cov(x.T))
    order = np.argsort(values)[::-1][:parts]
    return vectors[:, order] / np.sqrt(np.maximum(values[order], 1e-6 * values.max()))


def fit(train, updates=1500, seed=0):
    """train: Set with every recording at several speeds, `plain` their statistics.  -> weights"""
    import torch
    torch.manual_seed(seed)
    torch.set_num_threads(1)
    s, label = statistics(train.sounds), torch.from_numpy(train.labels)
    mean, deviation = s.mean(0), s.std(0) + 0.05
    x = torch.from_numpy((s - mean) / deviation)
    net = torch.nn.Sequential(torch.nn.Linear(SIZE, HIDDEN), torch.nn.ReLU(), torch.nn.Dropout(0.3),
                              torch.nn.Linear(HIDDEN, PARTS), torch.nn.Tanh(), torch.nn.Linear(PARTS, len(CLASSES)))
    count = torch.bincount(label, minlength=len(CLASSES)).float()
    chance = (1 / count.clamp_min(1)).sqrt()[label]      # classes by the square root of their size
    optimiser = torch.optim.AdamW(net.parameters(), 2e-3, weight_decay=0.05)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, updates)
    for _ in range(updates):
        i = torch.multinomial(chance, 128, replacement=True)
        noisy = x[i] + 0.3 * torch.randn(128, SIZE) + 0.3 * torch.randn(128, 1)      # levels and details vary
        loss = torch.nn.functional.cross_entropy(net(noisy), label[i], label_smoothing=0.05)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        schedule.step()
    w = {k: v.detach().numpy().T.copy() for k, v in zip(("w1", "b1", "w2", "b2", "w3", "b3"), net.parameters())}
    h = np.tanh(np.maximum(x.numpy() @ w["w1"] + w["b1"], 0) @ w["w2"] + w["b2"])
    w.update(mean=mean, deviation=deviation, pca=whitening(s, PARTS), middle=h.mean(0), axes=whitening(h, PARTS))
    return {k: v.astype(np.float32) for k, v in w.items()} | {"classes": np.array(CLASSES)}


if __name__ == "__main__":
    a = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    a.add_argument("--shards", required=True)
    a = a.parse_args()
    np.savez_compressed(FILE, **fit(real(a.shards, False, speeds=(0.9, 0.95, 1.0, 1.05, 1.1))))
    e = Embedding()
    for side, validation in (("training", False), ("held-out", True)):
        sounds = real(a.shards, validation)
        right = e.classify(statistics(sounds.sounds)) == sounds.labels
        print(f"{side}: {len(right)} sounds, accuracy {right.mean():.3f};",
              ", ".join(f"{c} {right[sounds.labels == i].mean():.2f}" for i, c in enumerate(CLASSES) if (sounds.labels == i).any()))
    print(FILE, os.path.getsize(FILE), "bytes")
