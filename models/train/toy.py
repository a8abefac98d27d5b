"""The smallest diffusion model that can be looked at: one number, a network 1 -> 64 -> 64 -> 1, two ways to train it.

  python -m train.toy --out models/toy-v1

Data: x0 ~ N(2, 0.5^2). Forward process: DDPM, T = 50, beta 1e-4 .. 0.25 (almost nothing of x0 is left at the end).
  denoiser         D(x_t, t) -> x0      loss |D - x0|^2
  noise predictor  E(x_t, t) -> eps     loss |E - eps|^2
For Gaussian data both have a closed form, so the trained networks can be held against the truth:
  D* = m + a s^2 (x - a m) / v,   E* = (x - a D*) / sigma,   v = a^2 s^2 + sigma^2,   a = sqrt(alpha_bar), sigma^2 = 1 - a^2

The step enters as in DiffWave: a function of t is added to a hidden layer.
"""
import argparse, json, os
import numpy as np, onnx, torch
from onnx import TensorProto, helper
from torch import nn
from .graph import Graph

MEAN, DEVIATION = 2.0, 0.5                               # m, s
STEPS, FIRST, LAST = 50, 1e-4, 0.25
FAST = [1e-3, 0.02, 0.1, 0.3, 0.6, 0.9]                  # DiffWave's fast schedule, for these steps
WIDTH = 64
BETA = np.linspace(FIRST, LAST, STEPS)
LEVEL = np.sqrt(np.cumprod(1 - BETA))                    # a_t = sqrt(alpha_bar_t)


def level(t):                                            # a at a fractional step, linear between its neighbours
    return np.interp(t, np.arange(STEPS), LEVEL)


def exact(x, t):
    """-> (D*, E*), the best that any network can do."""
    a = level(t)
    sigma = np.sqrt(1 - a * a)
    d = MEAN + a * DEVIATION ** 2 * (x - a * MEAN) / (a * a * DEVIATION ** 2 + sigma ** 2)
    return d, (x - a * d) / sigma


class Toy(nn.Module):
    def __init__(self):
        super().__init__()
        self.first, self.second, self.last = nn.Linear(1, WIDTH), nn.Linear(WIDTH, WIDTH), nn.Linear(WIDTH, 1)
        self.step = nn.Linear(2, WIDTH)

    def forward(self, x, t):                             # [N, 1], [N, 1]
        u = t / STEPS
        h = nn.functional.silu(self.first(x) + self.step(torch.cat((u, u.sqrt()), 1)))
        return self.last(nn.functional.silu(self.second(h)))


def train(predicts, updates, seed=0):
    torch.manual_seed(seed)
    model = Toy()
    optimiser = torch.optim.AdamW(model.parameters(), 3e-3)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, updates)
    a_of = torch.tensor(LEVEL, dtype=torch.float32)
    for _ in range(updates):
        t = torch.randint(0, STEPS, (512, 1))
        x0, noise, a = MEAN + DEVIATION * torch.randn(512, 1), torch.randn(512, 1), a_of[t]
        x = a * x0 + (1 - a * a).sqrt() * noise          # the forward process in one draw
        loss = (model(x, t.float()) - (x0 if predicts == "x0" else noise)).square().mean()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        schedule.step()
    return model.eval()


def error(model, predicts):
    """Largest distance from the closed form over |x - mean of x_t| <= 2 deviations, at every step."""
    worst = 0.0
    for t in range(STEPS):
        a = level(t)
        deviation = np.sqrt(a * a * DEVIATION ** 2 + 1 - a * a)
        x = a * MEAN + deviation * np.linspace(-2, 2, 101)
        with torch.no_grad():
            out = model(torch.tensor(x[:, None], dtype=torch.float32), torch.full((101, 1), float(t)))[:, 0].numpy()
        worst = max(worst, np.abs(out - exact(x, t)[predicts == "eps"]).max())
    return worst


def graph(model):
    """x [B, 1, T, 1], t [B] -> out [B, 1, T, 1]; every frame by itself, so there is no state."""
    g = Graph("toy")
    u = g("Div", g.reshape("t", -1, 1, 1, 1), float(STEPS))
    step = g("MatMul", g("Concat", u, g("Sqrt", u), axis=3), model.step.weight.T)       # [B, 1, 1, 64]
    h = g("Add", g("MatMul", "x", model.first.weight.T), model.first.bias + model.step.bias)
    h = g.silu(g("Add", h, step))
    h = g.silu(g("Add", g("MatMul", h, model.second.weight.T), model.second.bias))
    g("Add", g("MatMul", h, model.last.weight.T), model.last.bias, name="out")
    value = lambda name, shape: helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
    made = helper.make_graph(g.nodes, g.name, [value("x", ["B", 1, "T", 1]), value("t", ["B"])],
                             [value("out", ["B", 1, "T", 1])], g.constants)
    return helper.make_model(made, opset_imports=[helper.make_opsetid("", 18)], ir_version=8)


def card(name, predicts):
    return {
        "format": 1, "name": name, "version": "1.0.0", "task": "synth", "sample_rate": 8000,
        "transform": {"kind": "frames", "hop": 1}, "predicts": predicts,
        "path": {"kind": "vp_discrete", "schedule": {"kind": "linear", "steps": STEPS, "first": FIRST, "last": LAST},
                 "fast": FAST},
        "sampler": "ddpm", "steps": {"default": STEPS, "allowed": [1, 2, 4, 6, 8, 12, 25, 50]},
        "frames_max": 4096, "lookahead": 0, "causal": True,
        "data": [{"source": f"numbers drawn from N({MEAN:g}, {DEVIATION:g}^2)", "licence": "none needed"}],
        "licence": "MIT OR Apache-2.0",
    }


if __name__ == "__main__":
    a = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    a.add_argument("--out", required=True)
    a.add_argument("--updates", type=int, default=16000)
    a = a.parse_args()
    torch.set_num_threads(1)
    os.makedirs(a.out, exist_ok=True)
    for name, predicts in (("toy-denoiser", "x0"), ("toy-noise", "eps")):
        model = train(predicts, a.updates)
        proto = graph(model)
        fact = proto.metadata_props.add()
        fact.key, fact.value = "diffwav", json.dumps(card(name, predicts))
        path = os.path.join(a.out, name + ".onnx")
        onnx.save(proto, path)
        print(f"{path}: {os.path.getsize(path)} bytes, largest error against the closed form {error(model, predicts):.4f}")
