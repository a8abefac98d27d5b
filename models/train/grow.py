"""A checkpoint with fewer channels, or without past frames, becomes one with them that computes the same (Net2Net, arXiv 1511.05641,
with zeros):

  python -m train.grow --checkpoint SMALL.pt --out LARGE.pt        # LARGE has params.channels and params.past
  python -m train.grow --checkpoint LARGE.pt --out SMALL.pt --blocks 0 1       # these blocks of the trunk alone

A weight that leads from a new channel to an old one is zero, so that nothing changes until training has found a use for the new
ones; weights into new channels start as in a new network. The optimiser's moments are zero there. With blocks taken away nothing
stays the same, but the rest is a better start than none: the optimiser starts anew.
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
    names, had = [n for n, _ in model.named_parameters()], saved["model"]
    fresh, moments = model.state_dict(), iter(saved["optimiser"]["state"].values())
    grown = lambda part: {n: place(n, v, saved[part][n], channels) if n in had else v.clone() for n, v in fresh.items()}
    state, new = [], lambda n: torch.zeros_like(fresh[n])
    for n in names:
        of = next(moments) if n in had else {"step": state[0]["step"].clone(), "exp_avg": new(n), "exp_avg_sq": new(n)}
        put = lambda m: (place("", new(n), m, channels) if n in had else m).bfloat16()
        state.append({"step": of["step"], "exp_avg": put(of["exp_avg"]), "exp_avg_sq": put(of["exp_avg_sq"])})
    groups = [{**g, "params": list(range(len(names)))} for g in saved["optimiser"]["param_groups"]]
    return {**saved, "model": grown("model"), "ema": grown("ema"),
            "optimiser": {"state": dict(enumerate(state)), "param_groups": groups}}


def keep(saved, blocks):
    layers = saved["model"]["trunk.mix"].shape[0]

    def part(name, v):
        if name.startswith("trunk."):
            return v[blocks].clone()
        if name in ("step.w3", "step.b3"):               # a vector for each block
            return v.unflatten(-1, (layers, -1))[..., blocks, :].flatten(-2).clone()
        return v

    weights = {key: {n: part(n, v) for n, v in saved[key].items()} for key in ("model", "ema")}
    return {**weights, "optimiser": None, "step": 0, "heard": 0.0}


if __name__ == "__main__":
    a = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    a.add_argument("--checkpoint", required=True)
    a.add_argument("--out", required=True)
    a.add_argument("--blocks", type=int, nargs="+", help="keep these blocks instead, and all channels")
    a = a.parse_args()
    saved = torch.load(a.checkpoint, map_location="cpu")
    torch.save(keep(saved, a.blocks) if a.blocks else grow(saved), a.out)
