"""Writes tiny-synth.onnx: the smallest network that makes "sounds" by class and controls, for tests that need a file.

  python tests/assets/tiny_synth.py        # D = x / 4 + (table[label] + controls @ (0.05, 0.02)) / 10
"""
import json, pathlib
import numpy as np
from onnx import TensorProto as T, helper as h, numpy_helper as n, save

F = 161
card = {
    "format": 1, "name": "tiny-synth", "version": "0.1.0", "task": "synth", "sample_rate": 16000,
    "transform": {"kind": "stft", "window": 320, "hop": 160, "shape": "sqrt_hann", "exponent": 0.5, "scale": 1.0},
    "predicts": "x0", "path": {"kind": "vp_cosine"}, "sampler": "dpm-solver-2m",
    "steps": {"default": 4, "allowed": [1, 2, 4, 8], "times": {"4": [1.0, 0.75, 0.5, 0.25]}},
    "frames_max": 50, "lookahead": 0, "causal": False, "labels": ["low", "high"],
    "controls": [{"name": "brightness", "min": -2, "max": 2}, {"name": "length", "min": -2, "max": 2}],
    "onset": 80, "guidance": 0.5, "licence": "MIT OR Apache-2.0",
}
graph = h.make_graph(
    [
        h.make_node("Gather", ["table", "label"], ["class"]),
        h.make_node("MatMul", ["controls", "weights"], ["told"]),
        h.make_node("Add", ["class", "told"], ["sum"]),
        h.make_node("Mul", ["sum", "tenth"], ["small"]),
        h.make_node("Unsqueeze", ["small", "axes"], ["wide"]),
        h.make_node("Mul", ["x", "quarter"], ["rest"]),
        h.make_node("Add", ["rest", "wide"], ["sound"]),
        h.make_node("Unsqueeze", ["t", "all"], ["time"]),
        h.make_node("Mul", ["time", "nothing"], ["zero"]),
        h.make_node("Add", ["sound", "zero"], ["out"]),
    ],
    "tiny",
    [
        h.make_tensor_value_info("x", T.FLOAT, ["B", 2, "T", F]), h.make_tensor_value_info("t", T.FLOAT, ["B"]),
        h.make_tensor_value_info("label", T.INT64, ["B"]), h.make_tensor_value_info("controls", T.FLOAT, ["B", 2]),
    ],
    [h.make_tensor_value_info("out", T.FLOAT, ["B", 2, "T", F])],
    [n.from_array(np.array(v, d), name) for name, d, v in [
        ("table", "f4", [[0.3], [0.7], [0.0]]), ("weights", "f4", [[0.05], [0.02]]), ("tenth", "f4", 0.1), ("quarter", "f4", 0.25),
        ("nothing", "f4", 0.0), ("axes", "i8", [2, 3]), ("all", "i8", [1, 2, 3]),
    ]],
)
model = h.make_model(graph, opset_imports=[h.make_opsetid("", 18)], ir_version=10)
entry = model.metadata_props.add()
entry.key, entry.value = "diffwav", json.dumps(card)
save(model, pathlib.Path(__file__).with_name("tiny-synth.onnx"))
