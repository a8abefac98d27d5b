"""Judge a checkpoint of the one-shot network before it is exported, at several step counts from the same noise.

  python -m train.judge.checkpoint --shards SHARDS --checkpoint RUN/last.pt [--steps 4 8] [--count 16] [--guidance 0]
      [--classes kick snare] [--out judge]

Noise and controls of a sound come from its class and seed, so step counts and checkpoints can be compared sound by sound.
"""
import argparse, json
import numpy as np, torch
from ..oneshot.export import load
from ..oneshot.path import STEPS, sample
from ..oneshot.spectrum import decode
from .judge import figures, real_rows, report
from .reference import Reference
from .sounds import CLASSES, RATE, Set, p, shaped

BATCH = 8


def noise(label, seed, frames):
    r = np.random.default_rng([seed, label])
    return r.standard_normal((2, frames, p.bins), np.float32), np.clip(r.standard_normal(2), -2, 2).astype(np.float32)


def generate(model, classes, count, steps, guidance, frames=p.frames):
    """`count` sounds of every class."""
    wanted = [(CLASSES.index(c), seed) for c in classes for seed in range(count)]
    sounds = []
    for at in range(0, len(wanted), BATCH):
        part = wanted[at:at + BATCH]
        z, controls = (torch.from_numpy(np.stack(a)) for a in zip(*(noise(c, seed, frames) for c, seed in part)))
        x = sample(model, z, torch.tensor([c for c, _ in part]), controls, steps, guidance)
        sounds += [shaped(x, RATE) for x in decode(x)[:, p.hop:].numpy()]
    return Set(np.stack(sounds), np.array([c for c, _ in wanted]), [f"{CLASSES[c]}-{seed}" for c, seed in wanted])


if __name__ == "__main__":
    a = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    a.add_argument("--shards", required=True)
    a.add_argument("--checkpoint", required=True)
    a.add_argument("--steps", nargs="+", type=int, default=STEPS)
    a.add_argument("--count", type=int, default=64)
    a.add_argument("--guidance", nargs="+", type=float, default=[0.0])
    a.add_argument("--classes", nargs="+", default=CLASSES, choices=CLASSES)
    a.add_argument("--out", default="judge")
    a = a.parse_args()
    torch.set_num_threads(1)
    model, ref = load(a.checkpoint), Reference(a.shards)
    results = {"real, held out": real_rows(ref)}
    for steps in a.steps:
        for guidance in a.guidance:
            name = f"{steps} steps" + (f", w = {guidance:g}" if len(a.guidance) > 1 or guidance else "")
            results[name] = figures(ref, generate(model, a.classes, a.count, steps, guidance))
            print(name, results[name]["all"], flush=True)
    with open(a.out + ".md", "w") as f:
        f.write(report(results))
    with open(a.out + ".json", "w") as f:
        json.dump(results, f, indent=1)
    print(report(results))
