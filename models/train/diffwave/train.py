"""Noise prediction, |eps - eps_theta(x_t, t)|^2 (2009.09761, algorithm 1).

  python -m train.diffwave.train --shards SHARDS --run RUN --minutes 28 [--resume RUN/last.pt]

Warm-up, constant rate, and over the last third of the time a linear decay; the average of the weights is what is exported.
"""
import argparse, copy, os, time
import numpy as np, torch
from .data import bank, held
from .network import DiffWave
from .params import levels, params as p
from .trunk import LIBRARY, fused


def noised(x, r, t):
    """The forward process in one draw.  x [B, N], t [B] -> x_t, eps"""
    a = torch.from_numpy(levels()[1].astype(np.float32))[t][:, None]
    eps = torch.from_numpy(r.standard_normal(x.shape, np.float32))
    return a.sqrt() * x + (1 - a).sqrt() * eps, eps


def draw(sounds, r):
    x = sounds[r.integers(len(sounds), size=p.batch)]
    if r.random() < p.p_short:                           # a shorter call is a shorter sound
        n = int(r.integers(p.frames_short, p.frames)) * p.hop
        x = x[:, :n].copy()
        x[:, -p.hop:] *= np.linspace(1, 0, p.hop, dtype=np.float32)
    return torch.from_numpy(x)


def validate(model, sounds, count=6, every=12):
    """The loss on a few held-out recordings and steps, the same draws every time: cheap beside the updates."""
    r, steps = np.random.default_rng(7), range(0, p.steps, every)
    x = torch.from_numpy(sounds[:: max(1, len(sounds) // count)][:count])
    with torch.no_grad():
        losses = []
        for t in steps:
            noisy, eps = noised(x, r, torch.full((len(x),), t))
            losses.append((model(noisy, torch.full((len(x),), float(t))) - eps).square().mean().item())
    return " ".join(f"{v:.4f}" for v in losses)          # at t = 0, 12, 24 ...


def main(a):
    os.makedirs(a.run, exist_ok=True)
    torch.manual_seed(0)
    torch.set_num_threads(1)
    model = DiffWave()
    average, run = copy.deepcopy(model).eval(), fused if LIBRARY and p.batch == 1 else DiffWave.forward
    optimiser = torch.optim.Adam(model.parameters(), p.learning_rate)
    step, spent = 0, 0.0
    if a.resume:
        saved = torch.load(a.resume, map_location="cpu")
        model.load_state_dict(saved["model"]), average.load_state_dict(saved["ema"])
        optimiser.load_state_dict(saved["optimiser"])
        step, spent = saved["step"], saved["seconds"]
    r, sounds, unseen = np.random.default_rng([1, step]), bank(a.shards, os.path.join(a.run, "sounds.npy")), held(a.shards)
    print(f"{len(sounds)} training sounds (varied), {len(unseen)} held out, {sum(q.numel() for q in model.parameters())} parameters", flush=True)
    total, running, checked, before = a.minutes * 60, None, time.time(), time.time()
    while spent < total:
        part = spent / total
        rate = min(1, (step + 1) / p.warmup) * min(1, p.final_rate + (1 - p.final_rate) * (1 - part) * 3)
        for group in optimiser.param_groups:
            group["lr"] = p.learning_rate * rate
        x = draw(sounds, r)
        t = torch.from_numpy(r.integers(p.steps, size=len(x)))
        noisy, eps = noised(x, r, t)
        loss = (run(model, noisy, t.float()) - eps).square().mean()
        optimiser.zero_grad()
        loss.backward()
        size = torch.nn.utils.clip_grad_norm_(model.parameters(), p.clip)
        if not torch.isfinite(loss) or not torch.isfinite(size):
            raise SystemExit(f"loss {loss.item()}, gradient {size.item()} at step {step}")
        optimiser.step()
        step += 1
        keep = min(p.ema, (1 + step) / (10 + step))
        with torch.no_grad():
            for slow, now in zip(average.parameters(), model.parameters()):
                slow.lerp_(now, 1 - keep)
        running = loss.item() if running is None else running + 0.005 * (loss.item() - running)
        now = time.time()
        spent, before = spent + now - before, now
        if now - checked > 240 or spent >= total:
            print(f"{spent / 60:5.1f} min  step {step:6d}  loss {running:.4f}  held out {validate(average, unseen)}", flush=True)
            state = {"model": model.state_dict(), "ema": average.state_dict(), "optimiser": optimiser.state_dict(),
                     "step": step, "seconds": spent}
            torch.save(state, os.path.join(a.run, "last.pt.tmp"))
            os.replace(os.path.join(a.run, "last.pt.tmp"), os.path.join(a.run, "last.pt"))
            checked = time.time()


if __name__ == "__main__":
    a = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    a.add_argument("--shards", required=True)
    a.add_argument("--run", required=True)
    a.add_argument("--minutes", type=float, default=28, help="wall clock, of all resumed parts together")
    a.add_argument("--resume")
    main(a.parse_args())
