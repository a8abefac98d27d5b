"""Which one-shots are held out: one rule for training and for the figures, by performance and not by file.

  python -m train.oneshot.split --shards SHARDS        # a table of the split, by class

A file that shares its performance with another (the other microphones of a hit, the round robins of a stroke, the
other instruments of a drum machine's kit) is on the same side. Every sixth performance is held out.
"""
import argparse, collections, csv, os, re, zlib

EVERY = 6
MIC = re.compile(r"_(cnd|dyn|dnm)$")                     # the same stroke through another microphone
ROUND_ROBIN = re.compile(r"_(rr|lp)\d+$")
COUNTER = re.compile(r"[-_]?\d+$")
DRUM_MACHINES = range(1632, 1722)                        # web-audio-samples: 15 kits of six files, kit by kit


def performance(origin):
    """-> the name that all files of one performance share."""
    stem = os.path.basename(origin).rsplit(".", 1)[0]
    stem, number = stem.rsplit("_", 1)                   # the number counts files and says nothing
    if stem.startswith("DrumGizmo.MuldjordKit_"):
        hit, drum, _mic = stem.split("_", 1)[1].split("-", 2)
        return f"{drum}-{hit}"
    if stem.startswith("web-audio-samples_") and int(number) in DRUM_MACHINES:
        return f"web-audio-samples_kit{(int(number) - DRUM_MACHINES.start) // 6}"
    stem = MIC.sub("", stem)
    if ROUND_ROBIN.search(stem):
        return ROUND_ROBIN.sub("", stem)                 # another velocity (vl) is another performance
    return COUNTER.sub("", stem)


def held_out(origin):
    """Whether the file `origin` (as in oneshots.tsv) is kept from training."""
    return zlib.crc32(performance(origin).encode()) % EVERY == 0


if __name__ == "__main__":
    a = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    a.add_argument("--shards", required=True)
    a = a.parse_args()
    count, groups = collections.defaultdict(lambda: [0, 0]), collections.defaultdict(lambda: [set(), set()])
    with open(os.path.join(a.shards, "oneshots.tsv")) as f:
        for r in csv.DictReader(f, delimiter="\t"):
            count[r["group"]][held_out(r["origin"])] += 1
            groups[r["group"]][held_out(r["origin"])].add(performance(r["origin"]))
    print(f"{'class':18s} files: trained held out   performances: trained held out")
    for name, (kept, out) in sorted(count.items()):
        print(f"{name:18s} {kept:14d} {out:8d} {len(groups[name][0]):23d} {len(groups[name][1]):8d}")
