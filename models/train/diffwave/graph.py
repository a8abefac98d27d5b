"""The network as an ONNX graph: x [B, 1, T, F], t [B] -> out [B, 1, T, F]; inside [B, C, N], N = T F, with Conv."""
import numpy as np
import onnx
from onnx import TensorProto, helper
from ..graph import Graph
from ..kernels import numbers
from .params import params as p


def step_embedding(g, model):                            # -> L of [B, C, 1]
    e = model.step
    share = g("Relu", g("Sub", 1.0, g("Abs", g("Sub", g.reshape("t", -1, 1), np.arange(p.steps)[None]))))
    h = g.silu(g("Gemm", share, numbers(e.table) @ numbers(e.first.weight).T, e.first.bias))
    h = g.silu(g("Gemm", h, numbers(e.second.weight).T, e.second.bias))
    every = [np.concatenate([numbers(getattr(layer.step, k)) for layer in model.layers]) for k in ("weight", "bias")]
    return g.split(g.reshape(g("Gemm", h, every[0].T, every[1]), 0, -1, 1), [p.channels] * p.layers, 1)


def build(model):
    c, g = p.channels, Graph("diffwave")
    one = lambda layer, scale=1.0: (numbers(layer.weight)[:, :, None] * scale, layer.bias)
    x, total = g("Relu", g("Conv", g.reshape("x", 0, 1, -1), *one(model.input))), None
    for layer, step in zip(model.layers, step_embedding(g, model)):
        d = layer.dilation
        taps = numbers(layer.dilated.weight).reshape(2 * c, 3, c).transpose(0, 2, 1)
        y = g("Conv", g("Add", x, step), taps, layer.dilated.bias, dilations=[d], pads=[d, d], kernel_shape=[3])
        gate, filtered = g.split(y, [c, c], 1)
        y = g("Conv", g("Mul", g("Sigmoid", gate), g("Tanh", filtered)), *one(layer.out))
        residual, skip = g.split(y, [c, c], 1)
        x = g("Mul", g("Add", x, residual), 2 ** -0.5)
        total = skip if total is None else g("Add", total, skip)
    y = g("Conv", g("Relu", g("Conv", total, *one(model.skip, p.layers ** -0.5))), *one(model.output))
    g.reshape(y, 0, 1, -1, p.hop, name="out")
    value = lambda name, *shape: helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
    graph = helper.make_graph(g.nodes, g.name, [value("x", "B", 1, "T", p.hop), value("t", "B")],
                              [value("out", "B", 1, "T", p.hop)], g.constants)
    proto = helper.make_model(graph, producer_name="diffwav", opset_imports=[helper.make_opsetid("", 18)])
    proto.ir_version = 9
    onnx.checker.check_model(proto, full_check=True)
    return proto
