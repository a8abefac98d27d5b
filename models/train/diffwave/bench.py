"""DDPM of 50 steps against the fast schedule, DDIM and DPM-Solver++(2M), from the same noise.

  python -m train.diffwave.bench --shards SHARDS --onnx diffwave-kick-v1/diffwave-kick-v1.onnx [--count 64] [--out bench] [--wav DIR]

Writes OUT.md and OUT.json: the judge's figures for every sampler, beside those of real recordings in the same band and
length; the log-spectral distance, sound by sound, to what DDIM and DDPM make of the same noise in 50 steps; the cost.
"""
import argparse, json, os, time
import numpy as np, soundfile
from ..export import session
from ..judge.judge import figures, real_rows, show
from ..judge.reference import Reference
from ..judge.sounds import CLASSES, Set, shaped
from .export import noise_of_onnx
from .params import params as p
from .sampler import sample

WAYS = [("ddpm", 50), ("diffwave-fast", 6), ("ddim", 6), ("ddim", 12), ("ddim", 25), ("ddim", 50),
        ("dpm-solver-2m", 6), ("dpm-solver-2m", 12), ("dpm-solver-2m", 25)]
CLASS = "kick"


def macs():
    """Multiplications for a second of sound and one step, in billions."""
    return (8 * p.channels ** 2 * p.layers + p.channels * (p.channels + 2)) * p.sample_rate / 1e9


def spectrum(x, window=256, hop=64):
    frames = np.lib.stride_tricks.sliding_window_view(x, window)[::hop] * np.hanning(window + 1)[:-1]
    power = np.abs(np.fft.rfft(frames)) ** 2
    return 10 * np.log10(np.maximum(power, 1e-6 * power.max()))            # 60 dB deep


def difference(a, b):
    """Log-spectral distance of two sounds in dB, mean over the set [n, N]; levels as they are."""
    return float(np.mean([np.sqrt(np.mean((spectrum(x) - spectrum(y)) ** 2)) for x, y in zip(a, b)]))


def make(eps, count, sampler, steps):
    """`count` sounds from noise by seed, one at a time as the engine does.  -> [count, N], CPU seconds a sound"""
    noise = [np.random.default_rng([seed, 0]).standard_normal((1, p.frames * p.hop)).astype(np.float32) for seed in range(count)]
    start = time.process_time()
    sounds = [sample(eps, z, sampler, steps, seed) for seed, z in enumerate(noise)]
    return np.concatenate(sounds).astype(np.float32), (time.process_time() - start) / count


def main(a):
    cut = (p.sample_rate, (p.frames * p.hop - p.onset) / p.sample_rate)
    ref, eps = Reference(a.shards, cut, [CLASS]), noise_of_onnx(session(a.onnx))
    label = CLASSES.index(CLASS)
    rows, sounds = [("real, held out", real_rows(ref)[CLASS], None)], {}
    for sampler, steps in WAYS:
        made, seconds = make(eps, a.count, sampler, steps)
        sounds[sampler, steps] = made
        form = Set(np.stack([shaped(x, p.sample_rate, cut) for x in made]), np.full(a.count, label), [f"{CLASS}-{i}" for i in range(a.count)])
        rows.append((f"{sampler}, {steps}", figures(ref, form)[CLASS], seconds))
        print(rows[-1], flush=True)
        if a.wav:
            os.makedirs(os.path.join(a.wav, f"{sampler}-{steps}"), exist_ok=True)
            for i, x in enumerate(made[:8]):
                soundfile.write(os.path.join(a.wav, f"{sampler}-{steps}", f"{CLASS}-{i}.wav"), x / max(np.abs(x).max(), 1e-6) * .9, p.sample_rate)
    lines = ["| sampler, steps | Fréchet | accuracy | diversity | copies | dB to DDIM 50 | dB to DDPM 50 | CPU time a sound, DDPM 50 = 1 |",
             "|---|---|---|---|---|---|---|---|"]
    whole = rows[1][2]
    for (name, f, seconds), key in zip(rows, [None] + WAYS):
        far = ["–"] * 2 if key is None else [show(difference(sounds[key], sounds[k]), ".1f") for k in (("ddim", 50), ("ddpm", 50))]
        lines.append(f"| {name} | {show(f['frechet'], '.1f')} | {100 * f['accuracy']:.0f} % | {show(f['diversity'])} | {100 * f['copies']:.0f} % "
                     f"| {' | '.join(far)} | {show(seconds and seconds / whole)} |")
    text = "\n".join(lines) + f"\n\n{macs():.2f} GMAC a second of sound and step; {whole:.2f} CPU seconds a sound of {cut[1]:.2f} s with DDPM 50.\n"
    with open(a.out + ".md", "w") as f:
        f.write(text)
    with open(a.out + ".json", "w") as f:
        json.dump([{"name": n, "figures": g, "seconds": s} for n, g, s in rows], f, indent=1)
    print(text)


if __name__ == "__main__":
    a = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    a.add_argument("--shards", required=True)
    a.add_argument("--onnx", required=True)
    a.add_argument("--count", type=int, default=64)
    a.add_argument("--out", default="bench")
    a.add_argument("--wav", help="a folder for the first eight sounds of every sampler")
    main(a.parse_args())
