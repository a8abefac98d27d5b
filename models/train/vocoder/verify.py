"""Does the exported file say what PyTorch says?  python -m train.vocoder.verify --onnx FILE [--checkpoint FILE] [--time]"""
import argparse, os, time
import numpy as np, torch
from ..verify import report
from .export import load
from .params import params as p
from .reference import Session

if __name__ == "__main__":
    a = argparse.ArgumentParser(description=__doc__)
    a.add_argument("--onnx", required=True)
    a.add_argument("--checkpoint")
    a.add_argument("--time", action="store_true")
    a = a.parse_args()
    torch.set_num_threads(1)
    s = Session(a.onnx)
    golden = lambda name: np.load(os.path.join(os.path.dirname(a.onnx), "golden", name + ".npy"))
    x, y, one = golden("net_x"), golden("net_y"), np.ones(1, np.float32)
    long = s(x, y, one)[0]
    report("golden, t = 1", np.abs(long - golden("net_out_t1")).max(), 1e-2)
    report("golden, t = 0.5", np.abs(s(x, y, one / 2)[0] - golden("net_out_t05")).max(), 1e-2)
    for sizes in ([1] * 16, [5, 3, 8]):
        state, out, at = None, [], 0
        for n in sizes:
            o, state = s(x[:, :, at:at + n], np.ascontiguousarray(y[:, :, at:at + n]), one, state)
            out.append(o)
            at += n
        report(f"{len(sizes)} calls - one", np.abs(np.concatenate(out, 2) - long).max(), 1e-2)
    later = y.copy()
    later[:, :, 9:] += 1
    report("past, when the future changes", np.abs((s(x, later, one)[0] - long)[:, :, :9]).max(), 1e-2)
    two = s(np.concatenate((x, x)), np.concatenate((y, later)), np.ones(2, np.float32))[0]
    report("a batch - each alone", np.abs(two[0] - long[0]).max(), 1e-2)
    if a.checkpoint:
        with torch.no_grad():
            ref = load(a.checkpoint)(torch.from_numpy(x), torch.from_numpy(y), torch.ones(1))[0].numpy()
        report("PyTorch - ONNX", np.abs(ref - long).max(), 1e-2)
    if a.time:
        for frames in (1, 16, 64):
            z = np.zeros((1, 2, frames, p.bins), np.float32), np.full((1, p.bands_mel, frames), -5, np.float32)
            state, took = s.zeros(), []
            for _ in range(200):
                start = time.perf_counter()
                s(*z, one, state)
                took.append((time.perf_counter() - start) / frames * 1e6)
            print(f"T = {frames}: median {np.median(took):.0f} us a frame of {1e6 * p.hop / p.sample_rate:.0f}; fastest {min(took):.0f}")
