"""What users notice first: is clean speech left alone, quiet speech kept, noise alone taken away?

  python -m train.behave --onnx models/denoise-v7/denoise-v7.onnx --clean DIR --shards SHARDS [--steps 1]

Clean speech (DIR, at -25, -50 and -60 dBFS): PESQ of the output, and its level against the input in active
speech. Noise alone (held-out recordings) and music-like one-shots: level of the output against the input.
"""
import argparse, os
import numpy as np, soundfile as sf, soxr
from .enhance import PRE_ROLL, Session
from .mixing import active_power, gain, power
from .sources import Noise
from .validate import wideband_pesq

db = lambda x: 10 * np.log10(x)


def main(a):
    s = Session(a.onnx)
    rate, run = s.card["sample_rate"], lambda x: s.file(x, a.steps, a.pre_roll)
    files = sorted(f for f in os.listdir(a.clean) if f.endswith((".wav", ".flac")))[:a.count]
    for level in (-25, -50, -60):
        change, quality = [], []
        for f in files:
            x, own = sf.read(os.path.join(a.clean, f), dtype="float32", always_2d=True)
            x = soxr.resample(x.mean(1), own, rate)
            x = x * gain(level) / np.sqrt(active_power(x))
            y = run(x)
            frames = lambda z: (z[:len(z) // 960 * 960].reshape(-1, 960) ** 2).mean(1)
            fx, fy = frames(x), frames(y)
            active = fx > fx.max() * 10 ** -2.5
            change.append(db(fy[active].sum() / fx[active].sum()))
            lift = gain(-25 - level)                     # PESQ has its own threshold of hearing: compare at one level
            quality.append(wideband_pesq(x * lift, y * lift))
        print(f"clean speech at {level} dBFS: PESQ {np.mean([q for q in quality if q]):.2f}, "
              f"level {np.mean(change):+.2f} dB (worst {min(change):+.2f})", flush=True)
    r, noise = np.random.default_rng(0), Noise(a.shards, validation=True)
    for name in noise.names:
        x = noise.clip(noise.groups[name][0], 0, 6 * rate)
        if len(x) >= rate:
            x = x * gain(-30) / np.sqrt(power(x))
            y = run(x)
            print(f"noise alone, {name}: {db(power(y) / power(x)):+.1f} dB")
    for name, x in (("white", r.standard_normal(6 * rate)), ("pink", pink(r, 6 * rate))):
        x = (x * gain(-30) / np.std(x)).astype(np.float32)
        y = run(x)
        print(f"noise alone, {name}: {db(power(y[rate:]) / power(x[rate:])):+.1f} dB (after 1 s)")
    print("silence in, largest sample out:", np.abs(run(np.zeros(rate, np.float32))).max())


def pink(r, n):
    return np.fft.irfft(np.fft.rfft(r.standard_normal(n)) / np.maximum(np.arange(n // 2 + 1), 100) ** .5, n)


if __name__ == "__main__":
    a = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    a.add_argument("--onnx", required=True)
    a.add_argument("--clean", required=True)
    a.add_argument("--shards", required=True)
    a.add_argument("--steps", type=int, default=1)
    a.add_argument("--count", type=int, default=16)
    a.add_argument("--pre-roll", type=float, default=PRE_ROLL, help="seconds; 0: as a live signal begins")
    main(a.parse_args())
