"""F0 of every recording of the speech shard, once, for the pitch head's targets:  SHARDS/pitch.npy

  python -m train.vocoder.pitch --shards SHARDS [--jobs 2]

DIO and StoneMask (pyworld, MIT) every 512 samples of 48 kHz; 0 = unvoiced, -1 = not analysed yet. Frame j of a recording
that starts at sample s stands at index s // 512 + j. Full-band voices come first; training may begin before the end.
"""
import argparse, csv, os, zlib
from multiprocessing import Pool
import numpy as np

STEP = 512
FLOOR, CEILING = 60.0, 500.0


def analyse(job):
    import pyworld, soxr
    folder, start, length = job
    audio = np.load(os.path.join(folder, "speech.npy"), mmap_mode="r")
    x = soxr.resample(audio[start:start + length].astype(np.float64) / 32768, 48000, 24000)
    f, t = pyworld.dio(x, 24000, f0_floor=FLOOR, f0_ceil=CEILING, frame_period=1000 * STEP / 48000, speed=2)
    f = pyworld.stonemask(x, f, t, 24000)[:max(1, length // STEP)]
    table = np.load(os.path.join(folder, "pitch.npy"), mmap_mode="r+")
    table[start // STEP:start // STEP + len(f)] = f


if __name__ == "__main__":
    a = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    a.add_argument("--shards", required=True)
    a.add_argument("--jobs", type=int, default=1)
    a = a.parse_args()
    with open(os.path.join(a.shards, "speech.tsv")) as f:
        rows = list(csv.DictReader(f, delimiter="\t"))
    rows.sort(key=lambda r: (float(r["bandwidth"]) < 11000, zlib.crc32(r["origin"].encode())))
    path = os.path.join(a.shards, "pitch.npy")
    if not os.path.exists(path):
        end = max(int(r["start"]) + int(r["length"]) for r in rows)
        np.save(path, np.full(end // STEP + 2, -1, np.float32))
    table = np.load(path, mmap_mode="r")
    jobs = [(a.shards, int(r["start"]), int(r["length"])) for r in rows if table[int(r["start"]) // STEP] < 0]
    with Pool(a.jobs) as pool:
        for i, _ in enumerate(pool.imap(analyse, jobs, chunksize=4)):
            if i % 200 == 0:
                print(f"{i} of {len(jobs)}", flush=True)
