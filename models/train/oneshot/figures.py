"""The judge's figures of an exported model, for every number of steps and guidance that is named.

  python -m train.oneshot.figures --shards SHARDS --model oneshot-v1/oneshot-v1.onnx --out FILE [--count 64] 12:0 6:0.5 ...

Controls are drawn by the seed, as the engine does when nobody sets them. The same seeds in every row.
"""
import argparse, json, time
import numpy as np, onnxruntime as ort, torch
from ..judge import judge, sounds as form
from ..judge.reference import Reference
from .network import F
from .params import params as p
from .path import sample
from .spectrum import decode

CLASSES = list(p.classes)
OFFERED = [c for c in CLASSES if c not in p.hidden]


class Exported:
    """The ONNX file in the place of the PyTorch model, on one core."""

    no_class = len(OFFERED)

    def __init__(self, path):
        options = ort.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        self.session = ort.InferenceSession(path, options, providers=["CPUExecutionProvider"])

    def __call__(self, x, t, label, controls):
        feed = {"x": x, "t": t, "label": label, "controls": controls}
        return torch.from_numpy(self.session.run(None, {k: np.ascontiguousarray(v) for k, v in feed.items()})[0])


def generator(model, steps, guidance, frames=p.frames):
    def generate(name, seed):
        label = CLASSES.index(name)
        g = torch.Generator().manual_seed(seed + 1000 * label)
        z, controls = torch.randn(1, 2, frames, F, generator=g), torch.randn(1, 2, generator=g).clamp(-2, 2)
        x = sample(model, z, torch.tensor([OFFERED.index(name)]), controls, steps, guidance)
        return decode(x)[0, p.hop + p.onset:].numpy(), p.sample_rate
    return generate


if __name__ == "__main__":
    a = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    a.add_argument("--shards", required=True)
    a.add_argument("--model", required=True)
    a.add_argument("--out", required=True)
    a.add_argument("--count", type=int, default=64)
    a.add_argument("rows", nargs="+", metavar="STEPS:GUIDANCE")
    a = a.parse_args()
    torch.set_num_threads(1)
    ref, model = Reference(a.shards), Exported(a.model)
    results = {"real, held out": judge.real_rows(ref, a.count)}
    for row in a.rows:
        steps, guidance = int(row.split(":")[0]), float(row.split(":")[1])
        begin = time.time()
        made = form.called(generator(model, steps, guidance), OFFERED, a.count)
        cost = (time.time() - begin) / len(made.sounds)
        results[f"{steps} steps, guidance {guidance:g}"] = judge.figures(ref, made)
        print(row, f"{cost:.2f} s a sound", judge.table([(row, results[f"{steps} steps, guidance {guidance:g}"]["all"])]), flush=True)
        with open(a.out + ".md", "w") as f:
            f.write(judge.report(results))
        with open(a.out + ".json", "w") as f:
            json.dump(results, f, indent=1)
