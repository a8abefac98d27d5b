"""Checkpoint -> vocoder-v1.onnx with its card, and the golden vectors that the Rust tests read.

  python -m train.vocoder.export --checkpoint RUN/last.pt --out vocoder-v1 [--commit HASH] [--version 1.0.0]
"""
import argparse, csv, json, os
import numpy as np, onnx, torch
from ..export import session
from ..golden import synthetic
from . import mel as m
from .graph import STATES, build
from .network import Vocoder
from .params import params as p
from .reference import Session

SEED, FRAMES = 1, 8
DEFAULT = 1


def load(checkpoint):
    model = Vocoder()
    if checkpoint:
        model.load_state_dict(torch.load(checkpoint, map_location="cpu")["ema"])
    return model.eval()


def self_test_input():
    """x as for every model; y = -5 + 3 sin(0.37 n + 0.11 seed) over [M, T]."""
    wave = lambda shape: np.sin(0.37 * np.arange(np.prod(shape), dtype=np.float64) + 0.11 * SEED).reshape(1, *shape)
    return wave((2, FRAMES, p.bins)).astype(np.float32), (3 * wave((p.bands_mel, FRAMES)) - 5).astype(np.float32)


def sources():
    """Every source of speech in the shards, from the same table as the denoiser's."""
    with open(os.path.join(os.path.dirname(__file__), "..", "sources.tsv")) as f:
        return [{"source": r["source"], "licence": r["licence"]} for r in csv.DictReader(f, delimiter="\t") if "speech" in r["kinds"]]


def card(run, version, commit):
    x, y = self_test_input()
    energy = lambda a: float((a.astype(np.float64) ** 2).sum())
    return {
        "format": 1, "name": "vocoder-v1", "version": version, "task": "vocode", "sample_rate": p.sample_rate,
        "transform": {"kind": "stft", "window": p.window, "hop": p.hop, "shape": "sqrt_hann",
                      "exponent": p.exponent, "scale": 1.0},
        "mel": {"fft": p.fft, "hop": p.hop, "bands": p.bands_mel, "low": p.low, "high": p.high, "floor": p.floor, "bound": p.bound},
        "project": {"stages": p.stages, "momentum": p.momentum, "relax": p.relax, "limit": p.limit},
        "predicts": "x0",
        "path": {"kind": "flow_condition", "sigma": p.sigma},
        "sampler": "flow-euler",
        "steps": {"default": DEFAULT, "allowed": p.steps_allowed,
                  "times": {str(n): [1.0 - i / n for i in range(n)] for n in p.steps_allowed}},
        "frames_max": 64, "lookahead": p.lookahead, "causal": True,
        "data": sources(), "licence": "MIT OR Apache-2.0", "commit": commit,
        "self_test": {"seed": SEED, "frames": FRAMES, "input_energy": energy(x), "output_energy": energy(run(x, y))},
    }


def zeros(b=1):
    return {k: np.zeros((b, *shape), np.float32) for k, shape in STATES.items()}


@torch.no_grad()
def write_golden(model, path, folder):
    """net_*: the network from zero states; mel of audio_in; audio_out_*: the whole vocoder with the engine's noise."""
    import soxr
    os.makedirs(folder, exist_ok=True)
    save = lambda name, a: np.save(os.path.join(folder, name + ".npy"), np.asarray(a, np.float32))
    audio = soxr.resample(synthetic(), 48000, p.sample_rate).astype(np.float32)[:60 * p.hop]
    y = m.mel(torch.from_numpy(audio)[None])
    save("audio_in", audio), save("mel", y[0])
    r = np.random.default_rng(5)
    x = r.standard_normal((1, 2, 16, p.bins)).astype(np.float32) * 0.7
    part = y[:, :, 20:36].contiguous()
    save("net_x", x), save("net_y", part)
    for name, t in (("t1", 1.0), ("t05", 0.5)):
        save("net_out_" + name, model(torch.from_numpy(x), part, torch.full((1,), t))[0])
    s = Session(path)
    noise = engine_noise(y.shape[2] + p.lookahead + 1)
    for n in (1, 2):
        save(f"audio_out_n{n}", s.vocode(y[0].numpy(), n, noise=noise, stages=0))
    save("audio_out_n1_projected", s.vocode(y[0].numpy(), 1, noise=noise, stages=3))


def engine_noise(frames, seed=0):
    """The engine's draw of the start, [2, T, F]: Philox4x32-10 keyed by seed, counter (block, 0, frame low, high)."""
    count = 2 * p.bins
    out = np.zeros((frames, count))
    block = np.arange((count + 3) // 4, dtype=np.uint64)
    for frame in range(frames):
        c = [block.copy(), block * 0, block * 0 + frame, block * 0]
        k = [seed & 0xFFFFFFFF, seed >> 32]
        for _ in range(10):
            low, high = np.uint64(0xD2511F53) * c[0], np.uint64(0xCD9E8D57) * c[2]
            mask, shift = np.uint64(0xFFFFFFFF), np.uint64(32)
            c = [(high >> shift) ^ c[1] ^ np.uint64(k[0]), high & mask, (low >> shift) ^ c[3] ^ np.uint64(k[1]), low & mask]
            k = [(k[0] + 0x9E3779B9) & 0xFFFFFFFF, (k[1] + 0xBB67AE85) & 0xFFFFFFFF]
        turn = lambda a: (a.astype(np.float64) + 0.5) / 2 ** 32
        pair = lambda a, b: (np.sqrt(-2 * np.log(turn(a))) * np.cos(2 * np.pi * b.astype(np.float64) / 2 ** 32),
                             np.sqrt(-2 * np.log(turn(a))) * np.sin(2 * np.pi * b.astype(np.float64) / 2 ** 32))
        out[frame] = np.stack([*pair(c[0], c[1]), *pair(c[2], c[3])], 1).ravel()[:count]
    return np.ascontiguousarray(out.reshape(frames, 2, p.bins).transpose(1, 0, 2)).astype(np.float32)


def export(model, out, version, commit):
    proto = build(model)
    s = session(proto)
    run = lambda x, y: s.run(None, {"x": x, "y": y, "t": np.ones(1, np.float32), **zeros()})[0]
    facts = card(run, version, commit)
    helper = proto.metadata_props.add()
    helper.key, helper.value = "diffwav", json.dumps(facts)
    os.makedirs(out, exist_ok=True)
    path = os.path.join(out, facts["name"] + ".onnx")
    onnx.save(proto, path + ".tmp")
    os.replace(path + ".tmp", path)
    write_golden(model, path, os.path.join(out, "golden"))
    return path, facts


if __name__ == "__main__":
    a = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    a.add_argument("--checkpoint", help="without it: untrained weights, to try the path")
    a.add_argument("--out", required=True)
    a.add_argument("--version", default="1.0.0")
    a.add_argument("--commit", default="initial")
    a = a.parse_args()
    torch.manual_seed(0)
    path, facts = export(load(a.checkpoint), a.out, a.version, a.commit)
    print(path, os.path.getsize(path), "bytes;", json.dumps(facts["self_test"]))
