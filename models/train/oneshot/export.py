"""Checkpoint -> oneshot-v1.onnx with its card, and the golden vectors that the Rust tests read.

  python -m train.oneshot.export --checkpoint RUN/last.pt --out models/oneshot-v1 [--version 1.0.0] [--commit HASH]
"""
import argparse, csv, json, math, os
import numpy as np, onnx, onnxruntime as ort, torch
from onnx import TensorProto, helper
from ..graph import Graph
from .network import C, F, K, L, OneShot
from .params import params as p
from .path import STEPS, denoise, levels, sample, times

CLASSES, CONTROLS = [c for c in p.classes if c not in p.hidden], ["brightness", "length"]


def embedding(g, e):                                     # -> [B, W]
    a = g("Mul", g("Unsqueeze", "t", g.ints(1)), e.frequency)
    rows = [i for i, c in enumerate(p.classes) if c not in p.hidden] + [len(p.classes)]     # the last one: no class
    what = g("Add", g("Gather", e.label[rows], "label", axis=0), g("MatMul", "controls", e.controls))
    h = g("Gemm", g("Concat", g("Sin", a), g("Cos", a), axis=1), e.w1, e.b1)
    h = g.silu(g("Add", h, what))
    return g.silu(g("Gemm", g.silu(g("Gemm", h, e.w2, e.b2)), e.w3, e.b3))


def encode(g, model):                                    # x -> [B, T, K, C]
    power = g("ReduceSum", g("Mul", "x", "x"), g.ints(1), keepdims=1)
    size = g("Sqrt", g("Add", power, 1e-4))
    bins = g("Transpose", g("Concat", "x", size, axis=1), perm=[0, 2, 3, 1])          # [B, T, F, 3]
    out = []
    for part, weight, (n, w) in zip(g.split(bins, [n * w for n, w in p.bands], 2), model.encode.weight, p.bands):
        part = g("MatMul", g.reshape(part, 0, 0, n, 1, 3 * w), weight)
        out.append(g.reshape(part, 0, 0, n, C))
    return g("Add", g("Concat", *out, axis=2), model.encode.bias)


def block(g, b, x, e):
    scale, shift = g.split(g.reshape(g("MatMul", e, b.shift), 0, 1, 1, 2 * C), [C, C], 3)
    h = g("Add", g("Mul", x, g("Add", scale, 1.0)), shift)
    h = g("MatMul", np.eye(K, dtype=np.float32) + b.mix.detach().numpy(), h)
    d, taps = b.dilation, b.taps.detach().numpy()
    f = g("Pad", h, g.ints(0, d, 0, 0, 0, d, 0, 0))
    u = g("Add", g("Mul", h, taps[1] + 1), g("Mul", g.slice(f, 0, -2 * d, 1), taps[0]))
    u = g("Add", u, g("Mul", g.slice(f, 2 * d, 2 ** 62, 1), taps[2]))
    u = g("Add", u, g("MatMul", g("ReduceMean", h, g.ints(1), keepdims=1), b.mean))
    a, q = g.split(g("Add", g("MatMul", u, b.gate), b.gate_bias), [C, C], 3)
    o = g("Add", g("MatMul", g("Mul", g("Tanh", a), g("Sigmoid", q)), b.out), b.out_bias)
    residual, skip = g.split(o, [C, C], 3)
    return g("Add", x, residual), skip


def head(g, model, h):                                   # -> out [B, 2, T, F]
    out = []
    for part, weight, (n, w) in zip(g.split(h, [n for n, _ in p.bands], 2), model.head.weight, p.bands):
        part = g("MatMul", g.reshape(part, 0, 0, n, 1, C), weight)
        out.append(g.reshape(part, 0, 0, n * w, 4))
    raw = g("Transpose", g("Add", g("Concat", *out, axis=2), model.head.bias), perm=[0, 3, 1, 2])
    m_r, m_i, r = g.split(raw, [1, 1, 2], 1)
    x_r, x_i = g.split("x", [1, 1], 1)
    turned = g("Mul", g("Concat", g("Neg", x_i), x_r, axis=1), m_i)
    gain = g("Sigmoid", g("Add", g("Mul", m_r, 2.0), 1.0))
    g("Add", g("Mul", gain, g("Add", "x", turned)), r, name="out")


def build(model):
    g = Graph("oneshot")
    e = embedding(g, model.embed)
    frames = g("Slice", g("Shape", "x"), g.ints(2), g.ints(3), g.ints(0))
    place = g("Slice", g.const(model.place.detach().reshape(1, p.frames, 1, C)), g.ints(0), frames, g.ints(1))
    h = g("Add", g("Add", encode(g, model), g.reshape(g("MatMul", e, model.start), 0, 1, K, C)), place)
    h, total = g.silu(h), None
    for b in model.blocks:
        h, skip = block(g, b, h, e)
        total = skip if total is None else g("Add", total, skip)
    head(g, model, g.silu(g("Add", h, total)))
    value = lambda name, *shape: helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
    inputs = [value("x", "B", 2, "T", F), value("t", "B"), helper.make_tensor_value_info("label", TensorProto.INT64, ["B"]),
              value("controls", "B", 2)]
    graph = helper.make_graph(g.nodes, g.name, inputs, [value("out", "B", 2, "T", F)], g.constants)
    proto = helper.make_model(graph, producer_name="diffwav", opset_imports=[helper.make_opsetid("", 18)])
    proto.ir_version = 9
    onnx.checker.check_model(proto, full_check=True)
    return proto


def sources():
    """Every source of the classes that are trained on, from the manifest beside the denoiser's training code."""
    import gzip
    groups = {g for groups in p.classes.values() for g in groups}
    with gzip.open(os.path.join(os.path.dirname(__file__), "..", "manifest.tsv.gz"), "rt") as f:
        rows = [r for r in csv.DictReader(f, delimiter="\t")
                if r["path"].startswith("oneshots/") and r["path"].split("/")[1] in groups]
    return [{"source": s, "licence": l} for s, l in sorted({(r["source"], r["licence"]) for r in rows})]


def self_test_input(frames=8):
    n = np.arange(2 * frames * F, dtype=np.float64)
    return np.sin(0.37 * n + 0.11).astype(np.float32).reshape(1, 2, frames, F)


def card(run, version, commit, guidance):
    x = self_test_input()
    energy = lambda a: float((a.astype(np.float64) ** 2).sum())
    none = np.full(1, len(CLASSES), np.int64)
    return {
        "format": 1, "name": "oneshot-v1", "version": version, "task": "synth", "sample_rate": p.sample_rate,
        "transform": {"kind": "stft", "window": p.window, "hop": p.hop, "shape": "sqrt_hann", "exponent": p.exponent,
                      "scale": p.scale},
        "predicts": "x0", "path": {"kind": "vp_cosine"}, "sampler": "dpm-solver-2m",
        "steps": {"default": 8, "allowed": STEPS, "times": {str(n): times(n) for n in STEPS}},
        "frames_max": p.frames, "lookahead": 0, "causal": False, "labels": CLASSES,
        "controls": [{"name": n, "min": -2, "max": 2} for n in CONTROLS], "onset": p.onset, "guidance": guidance,
        "data": sources(), "licence": "MIT OR Apache-2.0", "commit": commit,
        "self_test": {"seed": 1, "frames": 8, "input_energy": energy(x),
                      "output_energy": energy(run(x, np.ones(1, np.float32), none, np.zeros((1, 2), np.float32)))},
    }


def load(checkpoint):
    model = OneShot()
    model.load_state_dict(torch.load(checkpoint, map_location="cpu")["ema"])
    return model.eval()


@torch.no_grad()
def golden(model, out, run):
    """x, out at two times and classes, and one whole reverse process of 4 steps with guidance, from PyTorch."""
    os.makedirs(out, exist_ok=True)
    save = lambda name, a: np.save(os.path.join(out, name + ".npy"), np.asarray(a, np.float32))
    torch.manual_seed(11)
    x = torch.randn(2, 2, 24, F)
    label, controls = torch.tensor([0, len(p.classes)]), torch.tensor([[0.5, -1.0], [0.0, 0.0]])
    known = np.array([0, len(CLASSES)])                  # the same two in the exported model
    save("x", x), save("controls", controls)
    worst = 0.0
    for name, t in (("out_t1", 1.0), ("out_t05", 0.5)):
        d = model(x, torch.full((2,), t), label, controls)
        save(name, d)
        worst = max(worst, float(np.abs(run(x.numpy(), np.full(2, t, np.float32), known, controls.numpy()) - d.numpy()).max()))
    save("sample_n4", sample(model, x[:1], torch.tensor([1]), controls[:1], 4, guidance=1.0))
    return worst


if __name__ == "__main__":
    a = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    a.add_argument("--checkpoint", required=True)
    a.add_argument("--out", required=True)
    a.add_argument("--version", default="1.0.0")
    a.add_argument("--commit", default="initial")
    a.add_argument("--guidance", type=float, default=1.0)
    a = a.parse_args()
    torch.set_num_threads(1)
    model = load(a.checkpoint)
    proto = build(model)
    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    s = ort.InferenceSession(proto.SerializeToString(), options, providers=["CPUExecutionProvider"])
    run = lambda x, t, label, controls: s.run(None, {"x": x, "t": t, "label": label, "controls": controls})[0]
    fact = proto.metadata_props.add()
    fact.key, fact.value = "diffwav", json.dumps(card(run, a.version, a.commit, a.guidance))
    os.makedirs(a.out, exist_ok=True)
    path = os.path.join(a.out, "oneshot-v1.onnx")
    onnx.save(proto, path + ".tmp")
    os.replace(path + ".tmp", path)
    worst = golden(model, os.path.join(a.out, "golden"), run)
    print(f"{path}: {os.path.getsize(path)} bytes, ONNX against PyTorch {worst:.2e}")
