"""Decode every source once into one 48 kHz shard a kind:  audio -> <shards>/{speech,noise,oneshots,rir}.{npy,tsv}

  python -m train.pack --data DATA --shards SHARDS

DATA holds manifest.tsv (see SOURCES.md) and the files it names. A shard is int16 (.npy, read through
mmap) with a table beside it: start, length, source, licence, group (speaker or class), bandwidth, origin.
"""
import argparse, csv, os
import numpy as np, soundfile as sf, soxr
from .params import params as p

KINDS = ("speech", "noise", "oneshots", "rir")


def keep(row):
    """Share-alike audio stays out, so that the weights carry no such clause."""
    kind = row["path"].split("/")[0]
    return kind in KINDS and "/SA_" not in row["path"] and "-SA" not in row["licence"]


def decode(path):
    x, rate = sf.read(path, dtype="float32", always_2d=True)
    x = x.mean(1)
    return x if rate == p.sample_rate else soxr.resample(x, rate, p.sample_rate, quality="HQ")


def pack(data, shards):
    os.makedirs(shards, exist_ok=True)
    with open(os.path.join(data, "manifest.tsv")) as f:
        rows = [r for r in csv.DictReader(f, delimiter="\t") if keep(r)]
    for kind in KINDS:
        start, table, audio = 0, [], []
        for r in (r for r in rows if r["path"].startswith(kind + "/")):
            x = decode(os.path.join(data, r["path"]))
            if len(x) < 240 or not np.isfinite(x).all():
                continue
            x = np.round(x / max(1.0, np.abs(x).max()) * 32767).astype(np.int16)
            table.append((start, len(x), r["source"], r["licence"], r["speaker_or_class"],
                          r["bandwidth_hz"] or 24000, r["path"]))
            audio.append(x)
            start += len(x)
        np.save(os.path.join(shards, kind + ".npy"), np.concatenate(audio))
        with open(os.path.join(shards, kind + ".tsv"), "w") as f:
            w = csv.writer(f, delimiter="\t")
            w.writerow("start length source licence group bandwidth origin".split())
            w.writerows(table)
        print(f"{kind}: {len(table)} files, {start / p.sample_rate / 3600:.2f} h", flush=True)


if __name__ == "__main__":
    a = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    a.add_argument("--data", required=True)
    a.add_argument("--shards", required=True)
    a = a.parse_args()
    pack(a.data, a.shards)
