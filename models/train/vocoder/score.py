"""Copy-synthesis of unseen voices, by the network and by its peer, in one table.

  python -m train.vocoder.score --onnx FILE [--shards SHARDS | --clean DIR] [--steps 1 2 4 6]
  python -m train.vocoder.score --clean DIR --made DIR ...      files of the same names, for example by `diffwav vocode`

Each clip at 24 kHz becomes mel frames and sound again. Means over clips, with 95 % bootstrap intervals for PESQ:
  mel     mean |ln mel - ln mel| after resynthesis          pesq    wide band, at 16 kHz           estoi   at 16 kHz
  mrstft  spectral convergence + mean |ln magnitude|, mean over windows of 512, 1024, 2048 (1910.11480)
  high    energy above 4 kHz against the recording, dB (bandwidth lost or added)
"""
import argparse, os
import numpy as np
import torch
from . import mel as m, peers
from .params import params as p

COLUMNS = ["mel", "pesq", "estoi", "mrstft", "high"]


def clips_of(a):
    import soundfile as sf
    import soxr
    if a.clean:
        out = []
        for name in sorted(f for f in os.listdir(a.clean) if f.endswith((".wav", ".flac")))[:a.count]:
            x, rate = sf.read(os.path.join(a.clean, name), dtype="float32", always_2d=True)
            x = soxr.resample(x.mean(1), rate, p.sample_rate, quality="VHQ")
            out.append((name, torch.from_numpy(x[:len(x) // p.hop * p.hop].astype(np.float32))))
        return out
    from .data import validation_set
    return [(str(i), x[0]) for i, (x, _) in enumerate(validation_set(a.shards, a.count))]


def magnitudes(x, w):
    return torch.stft(x, w, w // 4, w, torch.hann_window(w), center=False, return_complex=True).abs()


def score(clean, made):
    import soxr
    from pesq import pesq
    from pystoi import stoi
    n = min(len(clean), len(made))
    clean, made = clean[:n], made[:n]
    r = {"mel": float((m.mel(clean[None]) - m.mel(made[None])).abs().mean())}
    a, b = (soxr.resample(v.numpy().astype(np.float64), p.sample_rate, 16000) for v in (clean, made))
    try:
        r["pesq"] = pesq(16000, a, b, "wb")
    except Exception:                                    # no speech found: count the clip out, not down
        r["pesq"] = float("nan")
    r["estoi"] = stoi(a, b, 16000, extended=True)
    parts = []
    for w in (512, 1024, 2048):
        x, e = magnitudes(clean, w), magnitudes(made, w)
        floor = 1e-4 * x.amax()
        parts.append(torch.linalg.norm(x - e) / torch.linalg.norm(x)
                     + (x.clamp_min(floor).log() - e.clamp_min(floor).log()).abs().mean())
    r["mrstft"] = float(sum(parts) / len(parts))
    high = lambda v: float((magnitudes(v, 1024)[171:] ** 2).mean()) + 1e-9
    r["high"] = 10 * np.log10(high(made) / high(clean))
    return r


def interval(values):
    v = np.array([x for x in values if np.isfinite(x)])
    low, high = np.percentile(np.random.default_rng(0).choice(v, (2000, len(v))).mean(1), [2.5, 97.5])
    return f"[{low:.2f}, {high:.2f}]"


def table(name, rows):
    print(f"{name:22s}" + "".join(f"  {k} {np.nanmean([r[k] for r in rows]):.3f}" for k in COLUMNS)
          + "  pesq " + interval([r["pesq"] for r in rows]), flush=True)


def systems(a):
    for n in a.griffin_lim:
        yield f"Griffin-Lim {n}", lambda x, _, n=n: peers.griffin_lim(m.mel(x[None])[0], n)
    if a.made:
        import soundfile as sf
        for folder in a.made:
            stem = lambda name: os.path.join(folder, os.path.splitext(name)[0] + ".wav")
            yield folder, lambda x, name, stem=stem: torch.from_numpy(sf.read(stem(name), dtype="float32")[0])
    if a.onnx:
        from .reference import Session
        s = Session(a.onnx)
        for n in a.steps:
            for k in a.projections:
                yield f"N={n}, {k} projections", lambda x, _, n=n, k=k: torch.from_numpy(s.vocode(m.mel(x[None])[0].numpy(), n, stages=k))


if __name__ == "__main__":
    a = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    a.add_argument("--onnx")
    a.add_argument("--shards")
    a.add_argument("--clean")
    a.add_argument("--made", nargs="*")
    a.add_argument("--count", type=int, default=40)
    a.add_argument("--steps", type=int, nargs="*", default=[1, 2, 4, 6])
    a.add_argument("--projections", type=int, nargs="*", default=[0, p.stages])
    a.add_argument("--griffin-lim", type=int, nargs="*", default=[32, 100])
    a = a.parse_args()
    torch.set_num_threads(1)
    clips = clips_of(a)
    for name, system in systems(a):
        table(name, [score(x, system(x, clip)) for clip, x in clips])
