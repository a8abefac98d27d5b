"""Two or more scorings of the same files (score.py --out), paired: differences with intervals, and a picture by SNR and room.

  python -m train.compare --table eval.tsv --picture out.png NAME=per_file.tsv NAME=per_file.tsv ...

The first is what the others are compared with. Intervals: 95 %, bootstrap over files of the paired difference.
"""
import argparse, csv
import numpy as np

MEASURES = [("pesq", "PESQ-WB"), ("estoi", "ESTOI"), ("sisdr", "SI-SDR dB"), ("lsd", "LSD dB"), ("cut", "cut %")]


def read(path):
    with open(path) as f:
        return {r["file"]: {k: float(v) for k, v in r.items() if k != "file"} for r in csv.DictReader(f, delimiter="\t")}


def interval(values, draws=5000):
    v = np.array([x for x in values if np.isfinite(x)])
    low, high = np.percentile(np.random.default_rng(0).choice(v, (draws, len(v))).mean(1), [2.5, 97.5])
    return v.mean(), low, high


def paired(named):
    (first, base), *others = named
    for name, rows in others:
        print(f"{name} - {first}")
        for key, title in MEASURES:
            mean, low, high = interval([rows[f][key] - base[f][key] for f in base if f in rows])
            print(f"  {title:10s} {mean:+.3f} [{low:+.3f}, {high:+.3f}]{'' if low <= 0 <= high else '  *'}")


def picture(named, facts, path):
    import matplotlib
    matplotlib.use("Agg")
    import matplotlib.pyplot as plt
    rooms, levels = ("dry", "reverberant"), sorted({float(r["snr_db"]) for r in facts.values()})
    figure, axes = plt.subplots(len(rooms), len(MEASURES), figsize=(15, 5.6), sharex=True)
    for row, room in zip(axes, rooms):
        for axis, (key, title) in zip(row, MEASURES):
            for i, (name, rows) in enumerate(named):
                points = [interval([r[key] for f, r in rows.items()
                                    if facts[f]["condition"] == room and float(facts[f]["snr_db"]) == level]) for level in levels]
                mean, low, high = np.array(points).T
                axis.errorbar(np.array(levels) + .35 * (i - (len(named) - 1) / 2), mean, (mean - low, high - mean), marker="o", ms=3.5,
                              lw=1.3, elinewidth=.7, capsize=1.5, label=name)
            axis.set_title(f"{title}, {'dry' if room == 'dry' else 'in a room'}", fontsize=9)
            axis.grid(alpha=.25)
            axis.tick_params(labelsize=8)
    for axis in axes[-1]:
        axis.set_xlabel("SNR dB", fontsize=8)
    axes[0, 0].legend(fontsize=7)
    figure.tight_layout()
    figure.savefig(path, dpi=110)


if __name__ == "__main__":
    a = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    a.add_argument("--table", required=True)
    a.add_argument("--picture")
    a.add_argument("scores", nargs="+", metavar="NAME=FILE")
    a = a.parse_args()
    named = [(s.rsplit("=", 1)[0], read(s.rsplit("=", 1)[1])) for s in a.scores]
    with open(a.table) as f:
        facts = {r["id"]: r for r in csv.DictReader(f, delimiter="\t")}
    paired(named)
    if a.picture:
        picture(named, facts, a.picture)
