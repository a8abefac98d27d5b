"""Proofs of the figures on sounds whose answer is known:  python -m train.judge.check --shards SHARDS

Real held-out sounds must come out near, white noise far, one sound repeated as a collapse, and training files, whatever
was done to their level and start, as copies.
"""
import argparse
import numpy as np
from .figures import diversity, frechet
from .judge import figures, real_rows
from .reference import Reference
from .sounds import CLASSES, RATE, Set, called, class_of, shaped


def says(name, value, holds):
    print(f"{name:64s} {value:.3f}")
    assert holds, f"{name}: {value}"


def closed_forms():
    r = np.random.default_rng(0)
    a, b = r.standard_normal((200000, 3)) * [1, 2, .5], r.standard_normal((200000, 3)) + [3, 0, 0]
    says("Frechet distance of two known Gaussians (9 + 1 + .25 = 10.25)", frechet(a, b), abs(frechet(a, b) - 10.25) < .1)
    turn = np.linalg.qr(r.standard_normal((3, 3)))[0]
    says("it does not change when both are turned", frechet(a @ turn, b @ turn) - frechet(a, b), abs(frechet(a @ turn, b @ turn) - frechet(a, b)) < 1e-6)
    says("mean distance of points at 0, 3, 6 (4)", diversity(np.array([[0.], [3.], [6.]])), abs(diversity(np.array([[0.], [3.], [6.]])) - 4) < 1e-6)
    for path, c in (("a/hihat-closed-3.wav", "hihat-closed"), ("kick/7.wav", "kick"), ("a/kick_0001.wav", "kick"), ("a/kicker.wav", None)):
        assert class_of(path) == (CLASSES.index(c) if c else None), path


def main(shards):
    closed_forms()
    ref, r = Reference(shards), np.random.default_rng(1)
    held = real_rows(ref)["all"]
    says("real held-out sounds: Frechet to the training side", held["frechet"], held["frechet"] < 4)
    says("  classified as what they are", held["accuracy"], held["accuracy"] > .75)
    says("  diversity over that of the training side", held["diversity"], .7 < held["diversity"] < 1.3)
    says("  taken for copies", held["copies"], held["copies"] <= .02)

    classes = CLASSES[:3]
    noise = figures(ref, called(lambda c, seed: (r.standard_normal(24000), RATE), classes, 16))["all"]
    says("white noise: Frechet", noise["frechet"], noise["frechet"] > 10 * held["frechet"])
    says("  taken for copies", noise["copies"], noise["copies"] == 0)

    i = np.flatnonzero(np.isin(ref.train.labels, range(len(CLASSES))))[::9]
    later = [shaped(np.concatenate((np.zeros(r.integers(2000)), -.3 * ref.train.sounds[k])), RATE) for k in i]
    copied = figures(ref, Set(np.stack(later), ref.train.labels[i], [ref.train.names[k] for k in i]))["all"]
    says("training files, turned, quieter and late: taken for copies", copied["copies"], copied["copies"] > .95)

    one = ref.held.sounds[np.flatnonzero(ref.held.labels == 0)[:1]]
    alike = np.concatenate([one * (1 + 1e-3 * r.standard_normal()) for _ in range(16)])
    collapsed = figures(ref, Set(alike, np.zeros(16, int), ["one"] * 16))["all"]
    says("one kick sixteen times: diversity", collapsed["diversity"], collapsed["diversity"] < .05)
    wrong = figures(ref, Set(ref.held.sounds, (ref.held.labels + 1) % len(CLASSES), ref.held.names))["all"]
    says("real sounds under the wrong class: accuracy", wrong["accuracy"], wrong["accuracy"] < .2)
    print("all well")


if __name__ == "__main__":
    a = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    a.add_argument("--shards", required=True)
    main(a.parse_args().shards)
