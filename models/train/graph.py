"""The network as an ONNX graph, written node by node: few nodes, everything constant folded.

`build(model)` reads like network.py. B and T stay symbolic; a reshape's 0 keeps that dimension.
"""
import numpy as np
import onnx
import torch
from onnx import TensorProto, helper
from .graph_past import encode_past, filter_past, frames_of
from .kernels import convolution, numbers, rows, signed, transposed
from .network import C, F, K, L, SIZES, W, WIDE
from .params import params as p
from .past import M, PAST


class Graph:
    def __init__(self, name):
        self.name, self.nodes, self.constants, self.made = name, [], [], {}

    def const(self, value, dtype=np.float32):
        value = numbers(value).astype(dtype)
        key = (value.tobytes(), value.shape, value.dtype.str)
        if key not in self.made:
            self.made[key] = f"c{len(self.made)}"
            self.constants.append(onnx.numpy_helper.from_array(np.ascontiguousarray(value), self.made[key]))
        return self.made[key]

    def __call__(self, op, *inputs, outputs=1, name=None, **attributes):
        names = [name] if name else [f"{op.lower()}{len(self.nodes)}_{i}" for i in range(outputs)]
        inputs = [i if isinstance(i, str) else self.const(i) for i in inputs]
        self.nodes.append(helper.make_node(op, inputs, names, f"{op.lower()}{len(self.nodes)}", **attributes))
        return names[0] if len(names) == 1 else names

    def ints(self, *values):
        return self.const(values, np.int64)

    def reshape(self, a, *shape, name=None):
        return self("Reshape", a, self.ints(*shape), name=name)

    def split(self, a, sizes, axis):
        return self("Split", a, self.ints(*sizes), axis=axis, outputs=len(sizes))

    def slice(self, a, start, end, axis, name=None):
        return self("Slice", a, self.ints(start), self.ints(end), self.ints(axis), name=name)

    def silu(self, a):
        return self("Mul", a, self("Sigmoid", a))


def step_embedding(g, step, first=False):                # t [B] -> L of [B, 1, 1, C]; channels first: [B, C, 1, 1]
    a = g("Mul", g("Unsqueeze", "t", g.ints(1)), step.frequency)
    h = g("Concat", g("Sin", a), g("Cos", a), axis=1)
    h = g.silu(g("Gemm", h, step.w1, step.b1))
    h = g.silu(g("Gemm", h, step.w2, step.b2))
    blocks, _, _, channels = step.shape
    h = g("Gemm", h, step.w3, step.b3)
    if first:
        return g.split(g.reshape(h, 0, -1, 1, 1), [channels] * blocks, 1)
    return g.split(g.reshape(h, 0, blocks, 1, channels), [1] * blocks, 1)


def encode(g, model):                                    # x, y -> e_x, e_y [B, C, T, K], both in each convolution
    z = g.reshape(g("Concat", "x", "y", axis=1), 0, 2, 2, -1, F)
    power = g("ReduceSumSquare", z, g.ints(2), keepdims=1)
    bins = g.reshape(g("Concat", z, g("Sqrt", g("Add", power, 1e-4)), axis=2), 0, 6, -1, F)
    encoders, out = (model.encode_x, model.encode_y), []
    conv = lambda a, weights, channels, width, *bias: g(
        "Conv", a, np.concatenate([convolution(w, channels, width) for w in weights]), *bias, group=2, strides=[1, width])
    *parts, top = g.split(bins, SIZES, 3)
    for i, (part, (_, w)) in enumerate(zip(parts, p.bands)):
        out.append(conv(part, [e.weight[i] for e in encoders], 3, w))
    top = g.silu(conv(top, [e.wide for e in encoders], 3, p.wide_stride, torch.cat([e.wide_bias for e in encoders])))
    out.append(conv(top, [e.last for e in encoders], W, WIDE))
    bias = np.concatenate([rows(e.bias, C, 1, K) for e in encoders])
    return g.split(g("Add", g("Concat", *out, axis=3), bias), [C, C], 1)


def scan(g, s, n, h0, axis=1):                           # h_t = h + s (n - h) over the axis
    shape = [helper.make_tensor_value_info(k, TensorProto.FLOAT, None) for k in ("h", "s", "n", "h1", "o")]
    body = helper.make_graph([
        helper.make_node("Sub", ["n", "h"], ["d"]), helper.make_node("Mul", ["s", "d"], ["e"]),
        helper.make_node("Add", ["h", "e"], ["h1"]), helper.make_node("Identity", ["h1"], ["o"]),
    ], "min_gru", shape[:3], shape[3:])
    return g("Scan", h0, s, n, outputs=2, body=body, num_scan_inputs=2,
             scan_input_axes=[axis, axis], scan_output_axes=[axis])


def block(g, w, d, x, c, step, i, h0):                   # on [B, C, T, K]; w: mix, taps, gate, gate_bias, out, out_bias
    mix, taps, gate, _, out, out_bias = (numbers(v) for v in w)
    h = g("MatMul", g("Add", x, step), np.eye(K, dtype=np.float32) + mix.T)
    f = g("Concat", f"state_conv_{i}", h, axis=2)
    g.slice(f, -2 * d, 2 ** 62, 2, name=f"next_state_conv_{i}")
    taps = taps + np.array([[0], [0], [1]], np.float32)
    u = g("Conv", f, taps.T.reshape(C, 1, 3, 1), group=C, dilations=[d, 1])
    z = g("Add", g("Conv", u, gate.T.reshape(3 * C, C, 1, 1)), g("Add", c, rows(w[3], 3 * C, 1, K)))
    s, n, q = g.split(z, [C, C, C], 1)
    last, m = scan(g, g("Sigmoid", s), g("Tanh", n), g("Squeeze", h0, g.ints(2)), 2)
    x = g("Add", x, g("Conv", g("Mul", m, g("Sigmoid", q)), out.T.reshape(C, C, 1, 1), out_bias))
    return x, g("Unsqueeze", last, g.ints(2))


def head(g, model, h, frames):                           # [B, C, T, K] -> out [B, 2, T, F]
    m, out = model.head, []
    *parts, top = g.split(h, [n for n, _ in p.bands], 3)
    kernel = lambda a, w: signed(transposed(a, 4, w), 1)
    for part, weight, (_, w) in zip(parts, m.weight, p.bands):
        out.append(g("ConvTranspose", part, kernel(weight, w), strides=[1, w]))
    top = g.silu(g("ConvTranspose", top, transposed(m.last, W, WIDE), m.wide_bias, strides=[1, WIDE]))
    out.append(g("ConvTranspose", top, kernel(m.wide, p.wide_stride), strides=[1, p.wide_stride]))
    bias = signed(rows(m.bias, 4, 1, F), 0) + np.array([2, 0, 0, 0, 0], np.float32)[:, None, None]
    m_r, m_i, r = g.split(g("Add", g("Concat", *out, axis=3), bias), [1, 2, 2], 1)    # [B, 1 or 2, T, F]
    turned = g("Mul", g("Gather", "y", g.ints(1, 0), axis=1), m_i)
    if p.past:
        r = g("Add", r, filter_past(g, model.filter, parts, frames))
    g("Add", g("Mul", g("Sigmoid", m_r), g("Add", "y", turned)), r, name="out")


def build(model):
    g = Graph("diffwav")
    e_x, e_y = encode(g, model)
    frames = frames_of(g) if p.past else None
    if p.past:
        e_y = g("Add", e_y, encode_past(g, model.encode_past, frames))
    c = g("Conv", e_y, numbers(model.condition).T.reshape(3 * C, C, 1, 1))
    h = g.silu(g("Add", e_x, e_y))
    memories = g.split("state_gru", [1] * L, 2)
    steps = step_embedding(g, model.step, first=True)
    last = []
    for i, (*w, d, step, h0) in enumerate(zip(*model.trunk.weights(), p.dilations, steps, memories)):
        h, m = block(g, w, d, h, c, step, i, h0)
        last.append(m)
    g("Concat", *last, axis=2, name="next_state_gru")
    head(g, model, g.silu(h), frames)
    value = lambda name, *shape: helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
    seen = [("state_y", 2, PAST, M)] if p.past else []
    state = lambda pre: [value(pre + name, "B", *shape) for name, *shape in
                         (*seen, *((f"state_conv_{i}", C, 2 * d, K) for i, d in enumerate(p.dilations)), ("state_gru", C, L, K))]
    spectra = [value(k, "B", 2, "T", F) for k in ("x", "y")]
    graph = helper.make_graph(g.nodes, g.name, spectra + [value("t", "B")] + state(""),
                              [value("out", "B", 2, "T", F)] + state("next_"), g.constants)
    proto = helper.make_model(graph, producer_name="diffwav", opset_imports=[helper.make_opsetid("", 18)])
    proto.ir_version = 9
    onnx.checker.check_model(proto, full_check=True)
    return proto
