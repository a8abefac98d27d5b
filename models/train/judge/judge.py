"""Judge folders of generated one-shots against held-out recordings.

  python -m train.judge.judge --shards SHARDS [--out judge] [--cut RATE SECONDS] NAME=FOLDER ...

FOLDER holds <class>/*.wav or <class>-<anything>.wav, as `diffwav synth` writes them; one NAME=FOLDER a step count.
Writes OUT.md and OUT.json. --cut narrows and shortens the real sounds to what a smaller model makes.

  Frechet     between the embeddings of these sounds and of the held-out recordings of their classes, mixed in the
              same proportions (8 on either side at least); the row "real, held out" gives that of the training side's
              recordings, as many a class as a model makes: no less is to be hoped for
  accuracy    share that the classifier takes for the class that was asked for
  diversity   mean distance between two sounds of a class, over that of real training sounds
  near, alike share nearer to a training sound, in the embedding or as a waveform, than 99 % of real held-out ones;
              copies are both
"""
import argparse, json
import numpy as np
from . import sounds as form
from .features import statistics
from .figures import diversity, frechet
from .reference import Reference

CLASSES = form.CLASSES
ENOUGH = 8


def closeness(labels, embedded, held_labels, held):
    """Frechet distance to held-out sounds, every class weighing as much as it does among them."""
    if min(len(labels), len(held)) < ENOUGH:
        return None
    wanted, found = (np.bincount(k, minlength=len(CLASSES)) for k in (held_labels, labels))
    weight = (wanted / np.maximum(found, 1))[labels]
    return frechet(embedded, held, weight) if (weight > 0).sum() >= ENOUGH else None


def row(ref, labels, embedded, right, near, alike, distance, correlation):
    """All figures of one group of sounds, of one class or of several."""
    present = np.unique(labels)
    held = np.isin(ref.held.labels, present)
    spread = [(diversity(embedded[labels == c]), diversity(ref.train_embedded[ref.train.labels == c])) for c in present]
    spread = [a / b for a, b in spread if a == a and b > 0]
    mean = lambda x: float(np.mean(x))
    return {
        "sounds": len(labels), "accuracy": mean(right), "diversity": mean(spread) if spread else None,
        "frechet": closeness(labels, embedded, ref.held.labels[held], ref.held_embedded[held]),
        "near": mean(near), "alike": mean(alike), "copies": mean(near & alike),
        "distance": float(np.median(distance)), "correlation": float(np.median(correlation)),
    }


def figures(ref, made):
    """Set -> {"all": row, class: row ..., "flagged": names}"""
    s = statistics(made.sounds)
    return figures_of(ref, made, s, ref.embedding.embed(s))


def figures_of(ref, made, s, embedded):
    right = ref.embedding.classify(s) == made.labels
    distance, correlation, nearest = ref.near(made, embedded)
    near, alike = ref.copies(made.labels, (distance, correlation))
    part = lambda i: row(ref, made.labels[i], embedded[i], right[i], near[i], alike[i], distance[i], correlation[i])
    out = {"all": part(np.ones(len(right), bool))}
    out.update({CLASSES[c]: part(made.labels == c) for c in np.unique(made.labels)})
    out["flagged"] = [f"{made.names[i]} = {nearest[i]}" for i in np.flatnonzero(near & alike)]
    return out


def real_rows(ref, count=64, seed=0):
    """Held-out recordings judged as if generated; their Frechet distance is that of `count` training ones a class."""
    held = figures_of(ref, ref.held, ref.held_statistics, ref.held_embedded)
    r = np.random.default_rng(seed)
    chosen = np.concatenate([r.permutation(np.flatnonzero(ref.train.labels == c))[:count] for c in range(len(CLASSES))])
    for name, part in held.items():
        if name != "flagged":
            mine = ref.held.labels == CLASSES.index(name) if name != "all" else np.ones(len(ref.held.labels), bool)
            theirs = chosen[np.isin(ref.train.labels[chosen], ref.held.labels[mine])]
            part["frechet"] = closeness(ref.train.labels[theirs], ref.train_embedded[theirs],
                                        ref.held.labels[mine], ref.held_embedded[mine])
    return held


def show(value, form=".2f"):
    return "–" if value is None else format(value, form)


def table(results):
    lines = ["| sounds | count | Fréchet | accuracy | diversity | near | alike | copies | nearest: distance | correlation |",
             "|---|---|---|---|---|---|---|---|---|---|"]
    for name, r in results:
        lines.append(f"| {name} | {r['sounds']} | {show(r['frechet'])} | {show(100 * r['accuracy'], '.0f')} % | {show(r['diversity'])} "
                     f"| {show(100 * r['near'], '.0f')} % | {show(100 * r['alike'], '.0f')} % | {show(100 * r['copies'], '.0f')} % "
                     f"| {show(r['distance'])} | {show(r['correlation'])} |")
    return "\n".join(lines)


def report(results):
    """{name: figures} -> Markdown: all classes together, then every class."""
    text = [table([(name, f["all"]) for name, f in results.items()])]
    for c in CLASSES:
        rows = [(name, f[c]) for name, f in results.items() if c in f]
        if len(rows) > 1 or (rows and len(results) == 1):
            text.append(f"\n**{c}**\n\n{table(rows)}")
    for name, f in results.items():
        if f["flagged"] and name != "real, held out":
            text.append(f"\nFlagged as copies in {name}: " + "; ".join(f["flagged"][:20]))
    return "\n".join(text) + "\n"


if __name__ == "__main__":
    a = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    a.add_argument("--shards", required=True)
    a.add_argument("--out", default="judge")
    a.add_argument("--cut", nargs=2, type=float, metavar=("RATE", "SECONDS"))
    a.add_argument("folders", nargs="*", metavar="NAME=FOLDER")
    a = a.parse_args()
    ref = Reference(a.shards, a.cut)
    results = {"real, held out": real_rows(ref)}
    for item in a.folders:
        name, _, path = item.partition("=")
        results[name] = figures(ref, form.folder(path, a.cut))
    with open(a.out + ".md", "w") as f:
        f.write(report(results))
    with open(a.out + ".json", "w") as f:
        json.dump(results, f, indent=1)
    print(report(results))
