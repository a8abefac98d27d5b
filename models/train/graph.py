"""The network as an ONNX graph, written node by node: few nodes, everything constant folded.

`build(model)` reads like network.py. B and T stay symbolic; a reshape's 0 keeps that dimension.
"""
import numpy as np
import onnx
from onnx import TensorProto, helper
from .network import C, CONV_FRAMES, F, K, L
from .params import params as p


class Graph:
    def __init__(self, name):
        self.name, self.nodes, self.constants, self.made = name, [], [], {}

    def const(self, value, dtype=np.float32):
        value = np.asarray(value.detach().cpu() if hasattr(value, "detach") else value).astype(dtype)
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

    def slice(self, a, start, end, axis):
        return self("Slice", a, self.ints(start), self.ints(end), self.ints(axis))

    def silu(self, a):
        return self("Mul", a, self("Sigmoid", a))


def step_embedding(g, step):                             # t [B] -> L of [B, 1, 1, C]
    a = g("Mul", g("Unsqueeze", "t", g.ints(1)), step.frequency)
    h = g("Concat", g("Sin", a), g("Cos", a), axis=1)
    h = g.silu(g("Gemm", h, step.w1, step.b1))
    h = g.silu(g("Gemm", h, step.w2, step.b2))
    blocks, _, _, channels = step.shape
    return g.split(g.reshape(g("Gemm", h, step.w3, step.b3), 0, blocks, 1, channels), [1] * blocks, 1)


def encode(g, model):                                    # x, y -> e_x, e_y [B, T, K, C]; one product a band width
    z = g.reshape(g("Concat", "x", "y", axis=1), 0, 2, 2, -1, F)
    power = g("ReduceSum", g("Mul", z, z), g.ints(2), keepdims=1)
    size = g("Sqrt", g("Add", power, 1e-4))
    bins = g("Transpose", g("Concat", z, size, axis=2), perm=[0, 3, 1, 4, 2])     # [B, T, 2, F, 3]
    out = []
    for i, (part, (n, w)) in enumerate(zip(g.split(bins, [n * w for n, w in p.bands], 3), p.bands)):
        both = np.concatenate([e.weight[i].detach().cpu().numpy() for e in (model.encode_x, model.encode_y)])
        part = g("MatMul", g.reshape(part, 0, 0, 2 * n, 1, 3 * w), both)          # [B, T, 2n, 1, C]
        out.append(g.reshape(part, 0, 0, 2, n, C))
    bias = np.stack([e.bias.detach().cpu().numpy() for e in (model.encode_x, model.encode_y)])
    e_x, e_y = g.split(g("Add", g("Concat", *out, axis=3), bias), [1, 1], 2)
    return g.reshape(e_x, 0, 0, K, C), g.reshape(e_y, 0, 0, K, C)


def scan(g, s, n, h0):                                   # h_t = h + s (n - h) over axis 1
    shape = [helper.make_tensor_value_info(k, TensorProto.FLOAT, None) for k in ("h", "s", "n", "h1", "o")]
    body = helper.make_graph([
        helper.make_node("Sub", ["n", "h"], ["d"]), helper.make_node("Mul", ["s", "d"], ["e"]),
        helper.make_node("Add", ["h", "e"], ["h1"]), helper.make_node("Identity", ["h1"], ["o"]),
    ], "min_gru", shape[:3], shape[3:])
    return g("Scan", h0, s, n, outputs=2, body=body, num_scan_inputs=2,
             scan_input_axes=[1, 1], scan_output_axes=[1])


def block(g, b, x, c, step, past, h0):
    d, (K, _), C = b.dilation, b.mix.shape, b.gru.shape[0]
    h = g("MatMul", np.eye(K, dtype=np.float32) + b.mix.detach().cpu().numpy(), g("Add", x, step))
    f = g("Concat", past, h, axis=1)
    taps = b.taps.detach().cpu().numpy() + np.array([[0], [0], [1]], np.float32)
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


def head(g, model, h):                                   # [B, T, K, C] -> out [B, 2, T, F]
    out = []
    for part, weight, (n, w) in zip(g.split(h, [n for n, _ in p.bands], 2), model.head.weight, p.bands):
        part = g("MatMul", g.reshape(part, 0, 0, n, 1, C), weight)
        out.append(g.reshape(part, 0, 0, n * w, 4))
    raw = g("Transpose", g("Add", g("Concat", *out, axis=2), model.head.bias), perm=[0, 3, 1, 2])
    m_r, m_i, r = g.split(raw, [1, 1, 2], 1)             # [B, 1 or 2, T, F]
    y_r, y_i = g.split("y", [1, 1], 1)
    turned = g("Mul", g("Concat", g("Neg", y_i), y_r, axis=1), m_i)
    gain = g("Sigmoid", g("Add", g("Mul", m_r, 2.0), 2.0))
    g("Add", g("Mul", gain, g("Add", "y", turned)), r, name="out")


def build(model):
    g = Graph("diffwav")
    e_x, e_y = encode(g, model)
    c = g("MatMul", e_y, model.condition)
    h, total = g.silu(g("Add", e_x, e_y)), None
    pasts = g.split("state_conv", [2 * d for d in p.dilations], 1)
    memories = g.split("state_gru", [1] * L, 1)
    kept, last = [], []
    for b, step, past, h0 in zip(model.blocks, step_embedding(g, model.step), pasts, memories):
        h, skip, k, m = block(g, b, h, c, step, past, h0)
        total = skip if total is None else g("Add", total, skip)
        kept.append(k)
        last.append(m)
    g("Concat", *kept, axis=1, name="next_state_conv")
    g("Concat", *last, axis=1, name="next_state_gru")
    head(g, model, g.silu(g("Add", h, total)))
    value = lambda name, *shape: helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
    state = lambda pre: [value(pre + "state_conv", "B", CONV_FRAMES, K, C), value(pre + "state_gru", "B", L, K, C)]
    spectra = [value(k, "B", 2, "T", F) for k in ("x", "y")]
    graph = helper.make_graph(g.nodes, g.name, spectra + [value("t", "B")] + state(""),
                              [value("out", "B", 2, "T", F)] + state("next_"), g.constants)
    proto = helper.make_model(graph, producer_name="diffwav", opset_imports=[helper.make_opsetid("", 18)])
    proto.ir_version = 9
    onnx.checker.check_model(proto, full_check=True)
    return proto
