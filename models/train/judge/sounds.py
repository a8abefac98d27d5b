"""Real and generated one-shots in one form: float32 [LENGTH] at 48 kHz, transient at `onset`, peak one."""
import csv, os
from collections import namedtuple
import numpy as np
import soundfile
import soxr
from ..oneshot.data import CLASSES, LENGTH, place
from ..oneshot.params import params as p
from ..oneshot.split import held_out

RATE = p.sample_rate
TRIGGER = "-Trigger_"                                   # a drum trigger's pulse, the same at every hit: none is unseen
Set = namedtuple("Set", "sounds labels names")           # [n, LENGTH], [n] index of CLASSES, [n] text


def shaped(x, rate, cut=None):
    """Any mono sound, from its transient on.  cut: (rate, seconds), the band and length of a smaller model."""
    if rate != RATE:
        x = soxr.resample(x, rate, RATE, quality="HQ")
    if not np.abs(x).max() > 0 or not np.isfinite(x).all():
        return np.zeros(LENGTH, np.float32)              # silence is judged too, and judged badly
    x = place(np.asarray(x, np.float32))
    if cut:
        rate, seconds = cut
        x = soxr.resample(soxr.resample(x, RATE, rate, quality="HQ"), rate, RATE, quality="HQ")
        n = p.onset + int(seconds * RATE)
        x = np.pad(x, (0, LENGTH))[:LENGTH]
        x[n:], x[n - 960:n] = 0, x[n - 960:n] * np.linspace(1, 0, 960)
        x = x / max(np.abs(x).max(), 1e-6)
    return x.astype(np.float32)


def real(shards, validation, cut=None, speeds=(1.0,), classes=CLASSES):
    """The recordings of `classes` on one side of the split; `speeds` repeats each resampled."""
    audio = np.load(os.path.join(shards, "oneshots.npy"), mmap_mode="r")
    label = {group: CLASSES.index(c) for c in classes for group in p.classes[c]}
    sounds, labels, names = [], [], []
    with open(os.path.join(shards, "oneshots.tsv")) as f:
        for r in csv.DictReader(f, delimiter="\t"):
            if r["group"] in label and held_out(r["origin"]) == validation and not (validation and TRIGGER in r["origin"]):
                start, n = int(r["start"]), min(int(r["length"]), 2 * LENGTH)
                x = audio[start:start + n].astype(np.float32) / 32768
                for speed in speeds:
                    sounds.append(shaped(x, RATE * speed, cut))
                    labels.append(label[r["group"]])
                    names.append(os.path.basename(r["origin"]))
    return Set(np.stack(sounds), np.array(labels), names)


def class_of(path):
    """`<class>/anything.wav` or `<class>-anything.wav` -> index of the class, or None."""
    folder, stem = os.path.basename(os.path.dirname(path)), os.path.basename(path)
    if folder in CLASSES:
        return CLASSES.index(folder)
    fits = [c for c in CLASSES if stem.startswith(c) and not stem[len(c):len(c) + 1].isalpha()]
    return CLASSES.index(max(fits, key=len)) if fits else None


def folder(path, cut=None):
    """Every .wav and .flac under `path` whose name says its class."""
    sounds, labels, names = [], [], []
    for at, _, files in sorted(os.walk(path)):
        for name in sorted(files):
            label = class_of(os.path.join(at, name))
            if name.endswith((".wav", ".flac")) and label is not None:
                x, rate = soundfile.read(os.path.join(at, name), dtype="float32", always_2d=True)
                sounds.append(shaped(x.mean(1), rate, cut))
                labels.append(label)
                names.append(os.path.relpath(os.path.join(at, name), path))
    if not sounds:
        raise SystemExit(f"{path}: no file named <class>/*.wav or <class>-*.wav; classes: {', '.join(CLASSES)}")
    return Set(np.stack(sounds), np.array(labels), names)


def called(generate, classes=CLASSES, count=64, cut=None):
    """generate(class, seed) -> (sound [N], rate)"""
    made = [(CLASSES.index(c), f"{c}-{seed}", *generate(c, seed)) for c in classes for seed in range(count)]
    return Set(np.stack([shaped(x, rate, cut) for _, _, x, rate in made]), np.array([m[0] for m in made]), [m[1] for m in made])
