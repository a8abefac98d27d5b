"""Does the exported file say what PyTorch says?  Prints the errors; fails when one is not rounding.

  python -m train.verify --onnx models/denoise-v7/denoise-v7.onnx [--checkpoint RUN/last.pt]

Checks: metadata and self-test; golden vectors; one long call = frame by frame = uneven chunks; batch;
time shift (causality); with --checkpoint also PyTorch on random input. With --time, the cost a frame.
"""
import argparse, json, os, time
import numpy as np, onnx, torch
from .card import self_test
from .enhance import Session
from .params import params as p

TOLERANCE = 2e-5


def report(name, error, limit=TOLERANCE):
    print(f"{name:44s} {error:.2e}")
    if not error <= limit:
        raise SystemExit(f"{name}: {error} is more than {limit}")


def streamed(s, x, y, t, sizes):
    state, out, at = s.zeros(x.shape[0]), [], 0
    for n in sizes:
        o, state = s(x[:, :, at:at + n], y[:, :, at:at + n], t, state)
        out.append(o)
        at += n
    return np.concatenate(out, 2)


def main(a):
    onnx.checker.check_model(onnx.load(a.onnx), full_check=True)
    s = Session(a.onnx)
    energy = self_test(lambda x, y, t: s(x, y, t)[0])["output_energy"]
    report("self-test energy, relative", abs(energy / s.card["self_test"]["output_energy"] - 1), 1e-4)
    r = np.random.default_rng(0)
    x, y = r.standard_normal((2, 2, 2, 48, p.bins)).astype(np.float32) * 0.7
    t = np.array([1.0, 0.4], np.float32)
    long = s(x, y, t)[0]
    report("frame by frame - long call", np.abs(streamed(s, x, y, t, [1] * 48) - long).max())
    report("uneven chunks - long call", np.abs(streamed(s, x, y, t, [16, 3, 1, 11, 2, 15]) - long).max())
    report("each of a batch alone - together", max(np.abs(s(x[i:i + 1], y[i:i + 1], t[i:i + 1])[0][0] - long[i]).max() for i in (0, 1)))
    later = y.copy()
    later[:, :, 20:] += 1
    report("past, when the future changes", np.abs((s(x, later, t)[0] - long)[:, :, :20]).max())
    golden = lambda name: np.load(os.path.join(os.path.dirname(a.onnx), "golden", name + ".npy"))
    if os.path.exists(os.path.join(os.path.dirname(a.onnx), "golden", "net_y.npy")):
        gx, gy = golden("net_x"), golden("net_y")
        report("golden, t = 1", np.abs(s(gy, gy, np.ones(1, np.float32))[0] - golden("net_out_t1")).max())
        report("golden, t = 0.5", np.abs(s(gx, gy, np.full(1, .5, np.float32))[0] - golden("net_out_t05")).max())
        for n in (1, 2):
            report(f"golden, audio, N = {n}", np.abs(s.denoise(golden("audio_in"), n) - golden(f"audio_out_n{n}")).max())
    if a.checkpoint:
        from .export import load
        with torch.no_grad():
            ref = load(a.checkpoint)(*(torch.from_numpy(v) for v in (x, y, t)))[0].numpy()
        report("PyTorch - ONNX", np.abs(ref - long).max(), 1e-4)
    if a.time:
        for frames in (1, 16):
            z, state, took = y[:1, :, :frames], s.zeros(1), []
            for _ in range(400):
                start = time.perf_counter()
                s(z, z, t[:1], state)
                took.append((time.perf_counter() - start) / frames * 1e6)
            print(f"T = {frames}: median {np.median(took):.0f} us a frame, RTF {np.median(took) / 1e4:.4f} a step; fastest {min(took):.0f} us")
    print("all agree;", os.path.getsize(a.onnx), "bytes;", json.dumps({k: s.card[k] for k in ("name", "version", "commit")}))


if __name__ == "__main__":
    a = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    a.add_argument("--onnx", required=True)
    a.add_argument("--checkpoint")
    a.add_argument("--time", action="store_true")
    main(a.parse_args())
