"""The whole vocoder through the ONNX file in NumPy: the engine's definition.

  python -m train.vocoder.reference --onnx vocoder-v1.onnx --steps 1 IN.flac|MEL.npy OUT.wav

For mel frames m_0 .. m_{T-1} (linear), n = lookahead and silence before the first and after the last frame:

  1. P_i = max(B+ a_i, bound S a_i) ^ exponent   with a_i = (m_{i-n-1} + m_{i-n}) / 2; B+ and S from mel.py
  2. x = 1 + sigma z (real part 1; z complex Gaussian) and the reverse process, the network's y = ln m_i
  3. D P_i, expanded (|.|^(1/exponent), phase kept), irfft, times w, overlap-add; hop i is for samples
     [H (i-n-1), H (i-n)). The first n + 1 hops are dropped.
  4. The sound is projected onto the mel frames (project.py).
"""
import argparse, json
import numpy as np, onnxruntime as ort, torch
from . import mel as m
from .project import project


class Session:
    def __init__(self, path):
        options = ort.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        self.run = ort.InferenceSession(path, options, providers=["CPUExecutionProvider"])
        self.card = json.loads(self.run.get_modelmeta().custom_metadata_map["diffwav"])
        self.states = {i.name: i.shape for i in self.run.get_inputs() if i.name.startswith("state_")}

    def zeros(self, b=1):
        return [np.zeros([b] + shape[1:], np.float32) for shape in self.states.values()]

    def __call__(self, x, y, t, state=None):
        feed = dict(zip(self.states, state or self.zeros(len(x))), x=x, y=y, t=t)
        out, *state = self.run.run(None, feed)
        return out, state

    def vocode(self, y, steps=1, chunk=16, noise=None, seed=0, stages=None):
        """Log mel [M, T] -> [T H] samples. `noise` [2, T + n + 1, F] replaces the draw of the start."""
        tr, n = self.card["transform"], self.card["lookahead"] + 1
        hop, size = tr["hop"], tr["window"]
        w = np.sin(np.pi * np.arange(size) / size).astype(np.float32)
        floor = np.log(self.card["mel"]["floor"])
        y = np.pad(np.maximum(y, floor), ((0, 0), (0, n)), constant_values=floor).astype(np.float32)
        g = m.envelope(torch.from_numpy(y)[None])[0, 0].numpy()                          # [T, F]
        z = np.random.default_rng(seed).standard_normal((2, *g.shape)).astype(np.float32) if noise is None else noise
        x = z * np.float32(self.card["path"]["sigma"])
        x[0] += 1
        grid = self.card["steps"]["times"][str(steps)] + [0.0]
        caches, tail, out = [None] * steps, np.zeros(hop, np.float32), []
        for at in range(0, y.shape[1], chunk):
            v, part = x[None, :, at:at + chunk], np.ascontiguousarray(y[None, :, at:at + chunk])
            for i, (now, then) in enumerate(zip(grid, grid[1:])):
                d, caches[i] = self(v, part, np.full(1, now, np.float32), caches[i])
                v = np.float32(then / now) * v + np.float32(1 - then / now) * d
            c = v[0] * g[at:at + chunk]
            c = (c[0] + 1j * c[1]) * np.sqrt(c[0] ** 2 + c[1] ** 2)
            for frame in np.fft.irfft(c, size).astype(np.float32) * w:
                out.append(tail + frame[:hop])
                tail = frame[hop:]
        x, q = torch.from_numpy(np.concatenate(out[n:]))[None], self.card["project"]
        stages = q["stages"] if stages is None else stages
        return project(x, torch.from_numpy(y[None, :, :-n]), stages, q["momentum"], q["relax"])[0].numpy()


if __name__ == "__main__":
    import soundfile as sf
    import soxr
    a = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    a.add_argument("--onnx", required=True)
    a.add_argument("--steps", type=int, default=1)
    a.add_argument("source")
    a.add_argument("target")
    a = a.parse_args()
    s = Session(a.onnx)
    if a.source.endswith(".npy"):
        y = np.load(a.source)
    else:
        x, rate = sf.read(a.source, dtype="float32", always_2d=True)
        x = soxr.resample(x.mean(1), rate, s.card["sample_rate"])
        y = m.mel(torch.from_numpy(np.pad(x, (0, -len(x) % 256)).astype(np.float32))[None])[0].numpy()
    sf.write(a.target, s.vocode(y, a.steps), s.card["sample_rate"], subtype="FLOAT")
