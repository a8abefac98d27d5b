"""Denoise files through the ONNX file, frame by frame in NumPy: the engine's definition in 60 lines.

  python -m train.enhance --onnx denoise-v7.onnx --steps 1 IN.flac OUT.wav      (or two folders)

The output has the input's length and timeline: the delay is taken off.
"""
import argparse, json, math, os
import numpy as np, onnxruntime as ort

PRE_ROLL = 3.0                                           # seconds, as `diffwav denoise` has it


class Session:
    def __init__(self, path):
        options = ort.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        self.run = ort.InferenceSession(path, options, providers=["CPUExecutionProvider"])
        self.card = json.loads(self.run.get_modelmeta().custom_metadata_map["diffwav"])
        self.states = {i.name: i.shape for i in self.run.get_inputs() if i.name.startswith("state_")}

    def zeros(self, b=1):
        return [np.zeros([b] + shape[1:], np.float32) for shape in self.states.values()]

    def __call__(self, x, y, t, state=None):             # [B, 2, T, F] twice, [B] -> out, state
        feed = dict(zip(self.states, state or self.zeros(len(x))), x=x, y=y, t=t)
        out, *state = self.run.run(None, feed)
        return out, state

    def follow(self, y, past):                           # [2, T, F] compressed -> gains [T]
        n = self.card["normalise"]
        rho = math.exp(-self.card["transform"]["hop"] / (n["release_seconds"] * self.card["sample_rate"]))
        gains = []
        for e in np.sqrt((y * y).sum(0).mean(-1)):
            past = max(float(e), rho * past, n["floor"])
            gains.append(past)
        return np.array(gains, np.float32)

    def ode(self, x, d, y, now, then):
        k, c = self.card["path"]["k"], self.card["path"]["c"]
        v = lambda t: c * (k ** (2 * t) - 1) / (2 * math.log(k))
        if then <= 0:
            return d
        end, s, b = v(1.0), math.sqrt(v(then)), math.sqrt(v(1.0) - v(then))
        if now >= 1:
            return np.float32(b * b / end) * d + np.float32(s * s / end) * y
        s0, b0 = math.sqrt(v(now)), math.sqrt(v(1.0) - v(now))
        w = s * b / (s0 * b0), (b * b - b0 * s * b / s0) / end, (s * s - s0 * s * b / b0) / end
        return np.float32(w[0]) * x + np.float32(w[1]) * d + np.float32(w[2]) * y

    def denoise(self, audio, steps=1, chunk=16):
        """[N] samples, N a multiple of the hop -> [N] samples, window - hop late. Each step keeps its own caches."""
        tr = self.card["transform"]
        hop, size = tr["hop"], tr["window"]
        w = np.sqrt(0.5 - 0.5 * np.cos(2 * np.pi * np.arange(size) / size)).astype(np.float32)
        padded = np.concatenate([np.zeros(size - hop, np.float32), audio])
        spectra = np.fft.rfft(np.lib.stride_tricks.sliding_window_view(padded, size)[::hop] * w)
        root = np.sqrt(np.abs(spectra))
        spectra = (spectra / np.where(root > 0, root, 1)).astype(np.complex64)          # |Y|^0.5, phase kept
        y = np.stack([spectra.real, spectra.imag])                                      # [2, T, F]
        g = self.follow(y, 0.0)
        grid = self.card["steps"]["times"][str(steps)] + [0.0]
        caches, tail, out = [None] * steps, np.zeros(size, np.float32), []
        for at in range(0, y.shape[1], chunk):
            part = (y[:, at:at + chunk] / g[at:at + chunk, None])[None]
            x = part
            for i, (now, then) in enumerate(zip(grid, grid[1:])):
                d, caches[i] = self(x, part, np.full(1, now, np.float32), caches[i])
                x = self.ode(x, d, part, now, then)
            z = x[0] * g[at:at + chunk, None]
            z = (z[0] + 1j * z[1]) * np.sqrt(z[0] ** 2 + z[1] ** 2)                     # |.|^2, phase kept
            for frame in np.fft.irfft(z, size).astype(np.float32) * (w * np.float32(2 * hop / size)):
                tail = np.append(tail[hop:], np.zeros(hop, np.float32)) + frame
                out.append(tail[:hop].copy())
        return np.concatenate(out)

    def file(self, audio, steps=1, pre_roll=PRE_ROLL):
        """Any length, no delay: what a file's user wants. Its first seconds are heard once before."""
        hop, heard = self.card["transform"]["hop"], round(pre_roll * self.card["sample_rate"])
        delay = self.card["transform"]["window"] - hop
        both = np.concatenate([np.resize(audio, heard), audio]).astype(np.float32)
        padded = np.pad(both, (0, delay + -len(both) % hop))
        return self.denoise(padded, steps)[delay + heard:delay + len(both)]


def main(a):
    import soundfile as sf
    import soxr
    s = Session(a.onnx)
    jobs = [(a.source, a.target)]
    if os.path.isdir(a.source):
        os.makedirs(a.target, exist_ok=True)
        jobs = [(os.path.join(a.source, f), os.path.join(a.target, os.path.splitext(f)[0] + ".wav"))
                for f in sorted(os.listdir(a.source)) if f.endswith((".wav", ".flac"))]
    for source, target in jobs:
        x, rate = sf.read(source, dtype="float32", always_2d=True)
        own = s.card["sample_rate"]
        channels = [s.file(c if rate == own else soxr.resample(c, rate, own), a.steps, a.pre_roll) for c in x.T]
        out = np.stack([c if rate == own else soxr.resample(c, own, rate)[:len(x)] for c in channels], 1)
        sf.write(target, out, rate, subtype="FLOAT")


if __name__ == "__main__":
    a = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    a.add_argument("--onnx", required=True)
    a.add_argument("--steps", type=int, default=1)
    a.add_argument("--pre-roll", type=float, default=PRE_ROLL)
    a.add_argument("source")
    a.add_argument("target")
    main(a.parse_args())
