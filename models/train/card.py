"""The model card: the JSON that travels inside the ONNX file under the metadata key `diffwav`."""
import csv
import os
import numpy as np
from .params import params as p
from .path import times

SEED, FRAMES = 1, 8


def self_test_input():
    n = np.arange(2 * FRAMES * p.bins, dtype=np.float64)
    return np.sin(0.37 * n + 0.11 * SEED).astype(np.float32).reshape(1, 2, FRAMES, p.bins)


def self_test(run):
    """run(x, y, t) -> out, from zero states."""
    y = self_test_input()
    energy = lambda a: float((a.astype(np.float64) ** 2).sum())
    return {"seed": SEED, "frames": FRAMES, "input_energy": energy(y),
            "output_energy": energy(run(y, y, np.ones(1, np.float32)))}


def sources():
    """Every source that the weights have seen, from sources.tsv beside this file."""
    with open(os.path.join(os.path.dirname(__file__), "sources.tsv")) as f:
        return [{"source": r["source"], "licence": r["licence"]} for r in csv.DictReader(f, delimiter="\t")]


def card(run, version, commit):
    return {
        "format": 1, "name": p.name, "version": version, "task": "denoise", "sample_rate": p.sample_rate,
        "transform": {"kind": "stft", "window": p.window, "hop": p.hop, "shape": "sqrt_hann",
                      "exponent": p.exponent, "scale": 1.0},
        "normalise": {"kind": "peak_follower", "release_seconds": p.release_seconds, "floor": p.floor},
        "predicts": "x0",
        "path": {"kind": "bridge_ve", "k": p.k, "c": p.c},
        "sampler": "bridge-ode",
        "steps": {"default": 1, "allowed": p.steps_allowed, "times": {str(n): times(n) for n in p.steps_allowed}},
        "frames_max": 16, "lookahead": 0, "causal": True, "labels": [],
        "data": sources(), "licence": "MIT OR Apache-2.0", "commit": commit,
        "self_test": self_test(run),
    }
