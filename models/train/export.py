"""Checkpoint -> denoise-v7.onnx with its card, and the golden vectors that the Rust tests read.

  python -m train.export --checkpoint RUN/last.pt --out models/denoise-v7 [--commit HASH] [--version 1.0.0]
"""
import argparse, json, os
import numpy as np, onnx, onnxruntime as ort, torch
from .card import card
from .golden import write_golden
from .graph import build
from .network import Denoiser


def load(checkpoint):
    model = Denoiser()
    if checkpoint:
        model.load_state_dict(torch.load(checkpoint, map_location="cpu")["ema"])
    return model.eval()


def session(proto_or_path):
    options = ort.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    source = proto_or_path if isinstance(proto_or_path, str) else proto_or_path.SerializeToString()
    return ort.InferenceSession(source, options, providers=["CPUExecutionProvider"])


def first_call(s, **inputs):                             # x, y, t -> out, from zero states
    zeros = {i.name: np.zeros([1] + i.shape[1:], np.float32) for i in s.get_inputs() if i.name.startswith("state_")}
    return s.run(["out"], {**inputs, **zeros})[0]


def export(model, out, version, commit):
    proto = build(model)
    s = session(proto)
    facts = card(lambda x, y, t: first_call(s, x=x, y=y, t=t), version, commit)
    helper = proto.metadata_props.add()
    helper.key, helper.value = "diffwav", json.dumps(facts)
    path = os.path.join(out, facts["name"] + ".onnx")
    onnx.save(proto, path + ".tmp")
    os.replace(path + ".tmp", path)                      # readers never see half a file
    write_golden(model, os.path.join(out, "golden"))
    return path, facts


if __name__ == "__main__":
    a = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    a.add_argument("--checkpoint", help="without it: untrained weights, to try the path")
    a.add_argument("--out", required=True)
    a.add_argument("--version", default="1.0.0")
    a.add_argument("--commit", default="initial")
    a = a.parse_args()
    torch.manual_seed(0)
    path, facts = export(load(a.checkpoint), a.out, a.version, a.commit)
    print(path, os.path.getsize(path), "bytes;", json.dumps(facts["self_test"]))
