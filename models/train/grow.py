"""A checkpoint with fewer channels becomes one with more that computes the same (Net2Net, arXiv 1511.05641, with zeros):

  python -m train.grow --checkpoint SMALL.pt --out LARGE.pt        # LARGE has params.channels

A weight that leads from a new channel to an old one is zero, so that nothing changes until training has found a use for the new
ones; weights into new channels start as in a new network. The optimiser's moments are zero there.
"""
import argparse
import torch
from .network import C, Denoiser

READS = {"condition": 0, "trunk.gate": 1, "trunk.out": 1, "head.last": 0}        # the dimension that reads channels


def old(shape, small, channels):
    """Where a parameter's old numbers lie in the new one: an index for each dimension of channels, 1, 3 or L to a row."""
    rows = []
    for n, was in zip(shape, small):
        groups = was // channels if n != was else 1
        rows.append(torch.cat([torch.arange(was // groups) + g * (n // groups) for g in range(groups)]))
    return rows


def place(name, fresh, small, channels):
    """`fresh`, of the new shape, with the numbers of `small` in their places."""
    rows, out = old(fresh.shape, small.shape, channels), fresh.clone()
    reads = 0 if name.startswith("head.weight") else READS.get(name)
    if reads is not None and fresh.shape != small.shape:
        index = [torch.arange(n) for n in fresh.shape]
        index[reads] = torch.arange(channels, fresh.shape[reads])
        for d, r in enumerate(rows):
            if d != reads:
                index[d] = r                             # all outputs that were there
        out[torch.meshgrid(*index, indexing="ij")] = 0
    out[torch.meshgrid(*rows, indexing="ij")] = small.to(out.dtype)
    return out


def grow(saved):
    torch.manual_seed(0)
    model = Denoiser()
    channels = saved["model"]["encode_y.bias"].shape[1]
    assert channels <= C, f"{channels} channels do not fit into {C}"
    names = [n for n, _ in model.named_parameters()]
    fresh = model.state_dict()
    for part in ("model", "ema"):
        saved[part] = {n: place(n, v, saved[part][n], channels) for n, v in fresh.items()}
    for i, moments in saved["optimiser"]["state"].items():
        for key in ("exp_avg", "exp_avg_sq"):
            moments[key] = place("", torch.zeros_like(fresh[names[i]]), moments[key], channels).bfloat16()
    return saved


if __name__ == "__main__":
    a = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    a.add_argument("--checkpoint", required=True)
    a.add_argument("--out", required=True)
    a = a.parse_args()
    torch.save(grow(torch.load(a.checkpoint, map_location="cpu")), a.out)
