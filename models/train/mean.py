"""The mean of several checkpoints' averaged weights, of decays that began at one point (model soups, arXiv 2203.05482):

  python -m train.mean --out MEAN.pt A.pt B.pt ...        # the rest of the checkpoint is A's
"""
import argparse
import torch


def mean(files):
    first, *others = (torch.load(f, map_location="cpu") for f in files)
    for name, value in first["ema"].items():
        first["ema"][name] = sum([c["ema"][name] for c in others], value) / len(files)
    return first


if __name__ == "__main__":
    a = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    a.add_argument("--out", required=True)
    a.add_argument("checkpoints", nargs="+")
    a = a.parse_args()
    torch.save(mean(a.checkpoints), a.out)
