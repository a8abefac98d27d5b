"""Checkpoint -> the ONNX file with its card, golden vectors, and the proof that it is the trained network.

  python -m train.diffwave.export --checkpoint RUN/last.pt --out diffwave-kick-v1 [--commit HASH]
"""
import argparse, csv, gzip, json, os
import numpy as np, onnx, torch
from ..export import session
from .graph import build
from .network import DiffWave
from .params import params as p
from .sampler import aligned, sample


def load(checkpoint):
    model = DiffWave()
    if checkpoint:
        model.load_state_dict(torch.load(checkpoint, map_location="cpu")["ema"])
    return model.eval()


def noise_of(model):
    """eps(x [B, N], t), from PyTorch."""
    def eps(x, t):
        with torch.no_grad():
            return model(torch.from_numpy(x.astype(np.float32)), torch.full((len(x),), t, dtype=torch.float32)).numpy()
    return eps


def noise_of_onnx(s):
    """The same from the ONNX file."""
    def eps(x, t):
        frames = x.astype(np.float32).reshape(len(x), 1, -1, p.hop)
        return s.run(["out"], {"x": frames, "t": np.full(len(x), t, np.float32)})[0].reshape(x.shape)
    return eps


def sources():
    with gzip.open(os.path.join(os.path.dirname(__file__), "..", "manifest.tsv.gz"), "rt") as f:
        rows = [r for r in csv.DictReader(f, delimiter="\t")
                if r["path"].startswith("oneshots/") and r["path"].split("/")[1] in p.groups]
    return [{"source": s, "licence": l} for s, l in sorted({(r["source"], r["licence"]) for r in rows})]


def card(eps, version, commit):
    n, frames = np.arange(8 * p.hop, dtype=np.float64), 8
    x = np.sin(0.37 * n + 0.11).astype(np.float32)[None]
    energy = lambda a: float((a.astype(np.float64) ** 2).sum())
    return {
        "format": 1, "name": p.name, "version": version, "task": "synth", "sample_rate": p.sample_rate,
        "transform": {"kind": "frames", "hop": p.hop}, "predicts": "eps",
        "path": {"kind": "vp_discrete", "schedule": {"kind": "linear", "steps": p.steps, "first": p.beta[0], "last": p.beta[1]},
                 "fast": p.fast},
        "sampler": "ddpm", "steps": {"default": p.steps, "allowed": p.steps_allowed},
        "frames_max": p.frames, "lookahead": 0, "causal": False, "labels": [], "onset": p.onset,
        "data": sources(), "licence": "MIT OR Apache-2.0", "commit": commit,
        "self_test": {"seed": 1, "frames": frames, "input_energy": energy(x), "output_energy": energy(eps(x, 1.0))},
    }


def golden(model, onnx_eps, folder):
    """From PyTorch: out at a whole, a fractional and the last step, for a full and a short call, and whole reverse
    processes without fresh noise.  -> largest differences of the ONNX file, of out and of the sounds"""
    os.makedirs(folder, exist_ok=True)
    eps, r, worst = noise_of(model), np.random.default_rng(11), [0.0, 0.0]
    save = lambda name, a: np.save(os.path.join(folder, name + ".npy"), a.astype(np.float32).reshape(len(a), 1, -1, p.hop))
    for name, frames in (("", p.frames), ("_short", 7)):
        x = r.standard_normal((2, frames * p.hop), np.float32)
        save("x" + name, x)
        for at, t in (("t0", 0.0), ("fraction", aligned()[1]), ("t49", p.steps - 1.0)):
            out = eps(x, t)
            save(f"out{name}_{at}", out)
            worst[0] = max(worst[0], np.abs(onnx_eps(x, t) - out).max())
    for sampler, steps in (("ddim", 6), ("dpm-solver-2m", 12)):
        x = np.load(os.path.join(folder, "x.npy")).reshape(2, -1)
        made = sample(eps, x, sampler, steps)
        save(f"sound_{sampler}_n{steps}", made)
        worst[1] = max(worst[1], np.abs(sample(onnx_eps, x, sampler, steps) - made).max())
    return worst


if __name__ == "__main__":
    a = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    a.add_argument("--checkpoint", help="without it: untrained weights, to try the path")
    a.add_argument("--out", required=True)
    a.add_argument("--version", default="1.0.0")
    a.add_argument("--commit", default="initial")
    a = a.parse_args()
    torch.manual_seed(0)
    torch.set_num_threads(1)
    model, path = load(a.checkpoint), os.path.join(a.out, p.name + ".onnx")
    os.makedirs(a.out, exist_ok=True)
    proto = build(model)
    onnx_eps = noise_of_onnx(session(proto))
    fact = proto.metadata_props.add()
    fact.key, fact.value = "diffwav", json.dumps(card(onnx_eps, a.version, a.commit))
    onnx.save(proto, path + ".tmp")
    os.replace(path + ".tmp", path)                      # readers never see half a file
    worst = golden(model, onnx_eps, os.path.join(a.out, "golden"))
    print(f"{path}: {os.path.getsize(path)} bytes; against PyTorch: out {worst[0]:.1e}, sounds {worst[1]:.1e}")
    assert max(worst) < 1e-3, "the ONNX file is not the trained network"
