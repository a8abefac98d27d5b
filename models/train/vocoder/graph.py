"""The vocoder as an ONNX graph, written node by node; reads like network.py. B and T stay symbolic."""
import math
import numpy as np
import onnx
from onnx import TensorProto, helper
from ..graph import Graph, scan, step_embedding
from ..kernels import numbers
from .network import BIN, C, CONV_FRAMES, F, HEAD, K, L, M, SIGN, W
from .params import params as p

STATES = {"state_pitch": (2,), "state_near": (2, W), "state_slow": (W,), "state_conv": (CONV_FRAMES, K, C), "state_gru": (L, K, C)}


def block(g, b, x, c, step, past, h0):
    d, (K, _), C = b.dilation, b.mix.shape, b.gru.shape[0]
    h = g("MatMul", np.eye(K, dtype=np.float32) + numbers(b.mix), g("Add", x, step))
    f = g("Concat", past, h, axis=1)
    taps = numbers(b.taps) + np.array([[0], [0], [1]], np.float32)
    u = g("Add", g("Mul", h, taps[2]), g("Mul", g.slice(f, 0, -2 * d, 1), taps[0]))
    u = g("Add", u, g("Mul", g.slice(f, d, -d, 1), taps[1]))
    z = g("Add", g("MatMul", u, b.gate), g("Add", c, b.gate_bias))
    a, q = g.split(z, [C, C], 3)
    o = g("Add", g("MatMul", g("Mul", g("Tanh", a), g("Sigmoid", q)), b.out), b.out_bias)
    residual, skip = g.split(o, [C, C], 3)
    x = g("Add", x, residual)
    s, n = g.split(g("Add", g("MatMul", x, b.gru), b.gru_bias), [C, C], 3)
    last, m = scan(g, g("Sigmoid", s), g("Tanh", n), g.reshape(h0, 0, K, C))
    return g("Add", x, m), skip, g.slice(f, -2 * d, 2 ** 62, 1), g.reshape(last, 0, 1, K, C)


def pitch(g, q, m):                                      # m [B, T, M] -> F0 [B, T, 1], voiced, features
    h = g.silu(g("Add", g("MatMul", g.slice(m, 0, p.pitch_bands, 2), q.enter), q.enter_bias))
    f = g("Concat", "state_near", h, axis=1)
    three = g("Concat", g.slice(f, 0, -2, 1), g.slice(f, 1, -1, 1), h, axis=2)
    h = g("Add", h, g.silu(g("Add", g("MatMul", three, q.near), q.near_bias)))
    s, n = g.split(g("Add", g("MatMul", h, q.gru), q.gru_bias), [W, W], 2)
    last, memory = scan(g, g("Sigmoid", s), g("Tanh", n), "state_slow")
    g("Identity", last, name="next_state_slow")
    g("Identity", g.slice(f, -2, 2 ** 62, 1), name="next_state_near")
    h = g("Add", h, memory)
    logits, voiced = g.split(g("Add", g("MatMul", h, q.out), q.out_bias), [p.pitch_bins, 1], 2)
    top = g("ReduceMax", logits, g.ints(2), keepdims=1)
    e = g("Exp", g("Mul", g("Sub", logits, top), 2.0))   # softmax of twice the logits
    weighed = g("MatMul", e, q.octaves[:, None])
    octave = g("Div", weighed, g("ReduceSum", e, g.ints(2), keepdims=1))
    hz = g("Mul", g("Exp", g("Mul", octave, math.log(2))), p.pitch_lowest)
    return hz, g("Sigmoid", voiced), h


def phase(g, hz):                                        # F0 [B, T, 1] -> phase [B, T, 1] in periods
    last, theta = g.split("state_pitch", [1, 1], 1)
    before = g.slice(g("Concat", g("Unsqueeze", last, g.ints(2)), hz, axis=1), 0, -1, 1)
    steps = g("Mul", g("Add", before, hz), 0.5 * p.hop / p.sample_rate)
    g.constants.append(onnx.numpy_helper.from_array(np.array(1, np.int64), "axis_of_time"))          # a scalar: tract insists
    theta = g("Add", g("CumSum", steps, "axis_of_time"), g("Unsqueeze", theta, g.ints(2)))
    end = lambda a: g.reshape(g.slice(a, -1, 2 ** 62, 1), 0, 1)
    kept = end(theta)
    g("Concat", end(hz), g("Sub", kept, g("Floor", kept)), axis=1, name="next_state_pitch")
    return theta


def comb(g, hz, theta):                                  # -> re, im [B, 1, T, F]
    r = g("Mul", hz, 1 / BIN)
    k = np.arange(F, dtype=np.float32)
    nearest = g("Round", g("Div", k, r))
    parts = []
    for i in (-1.0, 0.0, 1.0):
        h = g("Add", nearest, i)
        d = g("Sub", k, g("Mul", h, r))
        size = g("Exp", g("Mul", g("Mul", d, d), -0.5 / p.lobe ** 2))
        size = g("Mul", size, g("Max", g("Min", h, 1.0), 0.0))               # no harmonic below the first
        a = g("Mul", h, theta)
        a = g("Mul", g("Sub", a, g("Round", a)), 2 * math.pi)
        parts.append((g("Mul", size, g("Cos", a)), g("Mul", size, g("Sin", a))))
    total = lambda j: g("Unsqueeze", g("Mul", g("Add", g("Add", parts[0][j], parts[1][j]), parts[2][j]), SIGN), g.ints(1))
    return total(0), total(1)


def split_bands(g, a, width, axis):
    return g.split(a, [n * (w if width else 1) for n, w in p.bands], axis)


def encode(g, model, z):                                 # [B, 6, T, F] -> [B, T, K, C]
    out = []
    for part, weight, (n, w) in zip(split_bands(g, g("Transpose", z, perm=[0, 2, 3, 1]), True, 2), model.encode.weight, p.bands):
        part = g("MatMul", g.reshape(part, 0, 0, n, 1, 6 * w), weight)
        out.append(g.reshape(part, 0, 0, n, C))
    return g("Add", g("Concat", *out, axis=2), model.encode.bias)


def head(g, model, h, noise, e):
    out = []
    for part, weight, (n, w) in zip(split_bands(g, h, False, 2), model.head.weight, p.bands):
        part = g("MatMul", g.reshape(part, 0, 0, n, 1, C), weight)
        out.append(g.reshape(part, 0, 0, n * w, HEAD))
    raw = g("Transpose", g("Add", g("Concat", *out, axis=2), model.head.bias), perm=[0, 3, 1, 2])
    a_r, a_i, b_r, b_i, r = g.split(raw, [1, 1, 1, 1, 2], 1)
    (e_r, e_i), (n_r, n_i) = e, noise
    re = g("Add", g("Sub", g("Mul", a_r, e_r), g("Mul", a_i, e_i)), g("Sub", g("Mul", b_r, n_r), g("Mul", b_i, n_i)))
    im = g("Add", g("Add", g("Mul", a_r, e_i), g("Mul", a_i, e_r)), g("Add", g("Mul", b_r, n_i), g("Mul", b_i, n_r)))
    g("Add", g("Concat", re, im, axis=1), r, name="out")


def build(model):
    g = Graph("diffwav")
    m = g("Mul", g("Add", g("Transpose", "y", perm=[0, 2, 1]), 5.0), 0.35)
    hz, voiced, features = pitch(g, model.pitch, m)
    e_r, e_i = comb(g, hz, phase(g, hz))
    x_r, x_i = g.split("x", [1, 1], 1)
    x_r = g("Sub", x_r, g.reshape("t", -1, 1, 1, 1))
    size = lambda re, im: g("Sqrt", g("Add", g("Add", g("Mul", re, re), g("Mul", im, im)), 1e-4))
    z = g("Concat", x_r, x_i, e_r, e_i, size(x_r, x_i), size(e_r, e_i), axis=1)
    known = g("Concat", m, features, voiced, axis=2)
    q = g.reshape(g("Add", g("MatMul", known, model.mel), model.mel_bias), 0, 0, K, C)
    c = g("MatMul", q, model.condition)
    h, total = g.silu(g("Add", q, encode(g, model, z))), None
    pasts = g.split("state_conv", [2 * d for d in p.dilations], 1)
    memories = g.split("state_gru", [1] * L, 1)
    kept, last = [], []
    for b, step, past, h0 in zip(model.blocks, step_embedding(g, model.step), pasts, memories):
        h, skip, k, mem = block(g, b, h, c, step, past, h0)
        total = skip if total is None else g("Add", total, skip)
        kept.append(k)
        last.append(mem)
    g("Concat", *kept, axis=1, name="next_state_conv")
    g("Concat", *last, axis=1, name="next_state_gru")
    head(g, model, g.silu(g("Add", h, total)), (x_r, x_i), (e_r, e_i))
    value = lambda name, *shape: helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
    states = lambda pre: [value(pre + k, "B", *shape) for k, shape in STATES.items()]
    inputs = [value("x", "B", 2, "T", F), value("y", "B", M, "T"), value("t", "B")]
    graph = helper.make_graph(g.nodes, g.name, inputs + states(""), [value("out", "B", 2, "T", F)] + states("next_"), g.constants)
    proto = helper.make_model(graph, producer_name="diffwav", opset_imports=[helper.make_opsetid("", 18)])
    proto.ir_version = 9
    onnx.checker.check_model(proto, full_check=True)
    return proto
