#!/usr/bin/env python3
"""Scores enhanced files against clean references of the same name, with intervals and a breakdown.

  python -m train.score --clean DIR --noisy DIR --enh DIR [--table eval.tsv --by snr_db condition] [--out per_file.tsv]

Per file, at 16 kHz unless said:  pesq  wide-band PESQ | estoi  extended STOI | sisdr  scale-invariant SDR, dB
lsd  log-spectral distance, dB, full band | lsd_hf  above 8 kHz | cut  % of active speech frames more than 12 dB
below clean | na  noise attenuation in the clean file's pauses, dB | gain  level against clean in active speech, dB
delay  ms, removed before scoring.  Means with 95 % bootstrap intervals over files.
"""
import argparse, csv, os, sys
from multiprocessing import Pool
import numpy as np, soundfile as sf, soxr

COLUMNS = ["pesq", "estoi", "sisdr", "lsd", "lsd_hf", "cut", "na", "gain", "delay"]


def read(path):
    x, rate = sf.read(path, dtype="float64", always_2d=True)
    return x.mean(1), rate


def resample(x, a, b):
    return x if a == b else soxr.resample(x, a, b, quality="VHQ")


def delay_of(ref, deg, rate, span=0.5):
    """Peak of the cross-correlation between 60 Hz and 7 kHz, in samples."""
    n = min(len(ref), len(deg))
    size = 1 << int(np.ceil(np.log2(2 * n)))
    f = np.fft.rfftfreq(size, 1 / rate)
    spectrum = np.fft.rfft(deg[:n], size) * np.conj(np.fft.rfft(ref[:n], size)) * ((f > 60) & (f < 7000))
    m = int(span * rate)
    lags = np.r_[0:m + 1, -m:0]
    return int(lags[np.argmax(np.fft.irfft(spectrum, size)[lags])])


def align(ref, deg, d):
    deg = deg[d:] if d > 0 else np.concatenate([np.zeros(-d), deg])
    n = min(len(ref), len(deg))
    return ref[:n], deg[:n]


def frames(x, n, hop):
    return np.lib.stride_tricks.sliding_window_view(x, n)[::hop]


def si_sdr(s, e):
    s, e = s - s.mean(), e - e.mean()
    t = (e @ s) / (s @ s + 1e-20) * s
    return 10 * np.log10((t @ t + 1e-20) / ((e - t) @ (e - t) + 1e-20))


def lsd(clean, enhanced, rate, lowest=0):
    n = 2048 if rate >= 32000 else 1024
    w, keep = np.hanning(n), np.fft.rfftfreq(n, 1 / rate) >= lowest
    a, b = (np.abs(np.fft.rfft(frames(x, n, n // 4) * w)) ** 2 for x in (clean, enhanced))
    floor = a.max() * 1e-9
    d = 10 * np.log10(np.maximum(a, floor) / np.maximum(b, floor))[:, keep]
    return np.sqrt((d ** 2).mean(1)).mean()


def level(x, n):
    return 10 * np.log10((frames(x, n, n) ** 2).mean(1) + 1e-12)


def score(job):
    from pesq import pesq
    from pystoi import stoi
    name, clean, noisy, enhanced = job
    c, rate = read(clean)
    e, own = read(enhanced)
    e = resample(e, own, rate)
    d = delay_of(c, e, rate)
    c, e = align(c, e, d)
    c16, e16 = resample(c, rate, 16000), resample(e, rate, 16000)
    r = {"file": name, "delay": 1000 * d / rate}
    try:
        r["pesq"] = pesq(16000, c16, e16, "wb")
    except Exception:                                    # PESQ finds no speech: count the file out, not down
        r["pesq"] = float("nan")
    r["estoi"], r["sisdr"] = stoi(c16, e16, 16000, extended=True), si_sdr(c16, e16)
    r["lsd"], r["lsd_hf"] = lsd(c, e, rate), lsd(c, e, rate, 8000) if rate >= 32000 else float("nan")
    n = int(.02 * rate)
    lc, le = level(c, n), level(e, n)
    ref = 10 * np.log10((10 ** (lc[lc > lc.max() - 35] / 10)).mean())
    active, pause = lc > ref - 18, lc < ref - 45
    r["cut"] = 100 * np.mean((le - lc)[active] < -12)
    power = lambda q: 10 * np.log10((10 ** (q / 10)).sum() + 1e-12)
    r["gain"] = power(le[active]) - power(lc[active])
    x, fx = read(noisy)
    lx = level(resample(x, fx, rate)[:len(e)], n)
    m = min(len(lx), len(le))
    q = (pause[:len(lx)] & (np.arange(len(lx)) * .02 > .5))[:m]
    r["na"] = power(lx[:m][q]) - power(le[:m][q]) if q.sum() > 10 else float("nan")
    return r


def interval(values, draws=2000):
    v = np.array([x for x in values if np.isfinite(x)])
    if not len(v):
        return "nan"
    means = np.random.default_rng(0).choice(v, (draws, len(v))).mean(1)
    low, high = np.percentile(means, [2.5, 97.5])
    return f"{v.mean():.3f} [{low:.3f}, {high:.3f}]"


def main(a):
    stems = lambda d: {os.path.splitext(f)[0]: os.path.join(d, f) for f in sorted(os.listdir(d)) if f.endswith((".wav", ".flac"))}
    clean, noisy, enh = stems(a.clean), stems(a.noisy), stems(a.enh)
    if set(clean) - set(enh):
        print("missing:", sorted(set(clean) - set(enh)), file=sys.stderr)
    jobs = [(k, clean[k], noisy[k], enh[k]) for k in clean if k in enh]
    with Pool(a.processes) as pool:
        rows = pool.map(score, jobs, chunksize=1)
    if a.out:
        with open(a.out, "w") as f:
            w = csv.DictWriter(f, ["file"] + COLUMNS, delimiter="\t")
            w.writeheader()
            w.writerows(rows)
    print(f"n={len(rows)}  " + "  ".join(f"{k}={np.nanmean([r[k] for r in rows]):.3f}" for k in COLUMNS))
    for k in COLUMNS:
        print(f"  {k:7s} {interval([r[k] for r in rows])}")
    if a.table:
        with open(a.table) as f:
            facts = {r["id"]: r for r in csv.DictReader(f, delimiter="\t")}
        for by in a.by:
            for value in sorted({facts[r["file"]][by] for r in rows}, key=lambda v: (len(v), v)):
                some = [r for r in rows if facts[r["file"]][by] == value]
                print(f"  {by}={value} (n={len(some)})  " + "  ".join(f"{k}={np.nanmean([r[k] for r in some]):.3f}" for k in COLUMNS[:-1]))


if __name__ == "__main__":
    a = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for k in ("clean", "noisy", "enh"):
        a.add_argument("--" + k, required=True)
    a.add_argument("--table")
    a.add_argument("--by", nargs="+", default=["snr_db", "condition"])
    a.add_argument("--out")
    a.add_argument("--processes", type=int, default=2)
    main(a.parse_args())
