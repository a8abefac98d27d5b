"""Training: warm-up, stable, decay by wall clock.  Stop or resume anywhere.

  python -m train.oneshot.train --shards SHARDS --run RUN --hours 1.2 --decay-from-hours 0.8 [--resume FILE] [--compile]

`touch RUN/decay` starts the decay at once (over --decay-hours). RUN/last.pt holds weights, EMA and optimiser.
"""
import argparse, copy, math, os, time
import torch
from .data import Sounds, Stream
from .network import F, OneShot
from .params import params as p
from .path import mix
from .spectrum import encode

f = torch.arange(F) * p.sample_rate / p.window
BIN_WEIGHT = 1 / (1 + f / p.loss_corner)
BIN_WEIGHT = BIN_WEIGHT / BIN_WEIGHT.mean()


def loss_of(model, x0, label, controls, t, z):
    """Noise-prediction loss in its v form, |v - v^|^2 = |D - x0|^2 / sigma^2, clipped where sigma is small."""
    d = model(mix(x0, z, t), t, label, controls)
    weight = (1 / torch.sin(math.pi * t / 2) ** 2).clamp(max=p.snr_clip)
    error = (d - x0).square().mean((1, 2)) @ BIN_WEIGHT.to(d) / F
    return (error * weight).mean()


@torch.no_grad()
def validate(model, held):
    """The same held-out sounds, noises and times every time. -> loss over all, at t in thirds"""
    g = torch.Generator().manual_seed(5)
    out = []
    for i in range(0, len(held[0]) - 7, 8):
        x, label, controls = (c[i:i + 8] for c in held)
        t = (torch.arange(8) + 0.5) / 8
        z = torch.randn(8, 2, x.shape[1] // p.hop, F, generator=g)
        d = model(mix(encode(x), z, t), t, label, controls)
        e = (d - encode(x)).square().mean((1, 2)) @ BIN_WEIGHT / F
        out.append(e * (1 / torch.sin(math.pi * t / 2) ** 2).clamp(max=p.snr_clip))
    out = torch.stack(out).mean(0)
    return out.mean().item(), [round(v, 4) for v in out.tolist()]


def held_out_batch(shards, count=96):
    import numpy as np
    from .data import place
    sounds, r = Sounds(shards, validation=True), np.random.default_rng(1)
    pick = r.choice(len(sounds.sounds), min(count, len(sounds.sounds)) // 8 * 8, replace=False, p=sounds.weight)
    x = [place(sounds.sounds[i]) for i in pick]
    controls = [sounds.controls(v, sounds.labels[i]) for v, i in zip(x, pick)]
    return torch.from_numpy(np.stack(x)), torch.from_numpy(sounds.labels[pick]), torch.from_numpy(np.stack(controls))


def main(a):
    torch.manual_seed(int(time.time()) if a.resume else 0)
    torch.set_num_threads(1)
    os.makedirs(a.run, exist_ok=True)
    model = OneShot()
    ema = copy.deepcopy(model).eval()
    optimiser = torch.optim.AdamW(model.parameters(), p.learning_rate, betas=p.betas, weight_decay=p.weight_decay, fused=True)
    step, seen = 0, 0.0
    if a.resume:
        state = torch.load(a.resume, map_location="cpu")
        model.load_state_dict(state["model"]), ema.load_state_dict(state["ema"])
        optimiser.load_state_dict(state["optimiser"])
        step, seen = state["step"], state["seen"]
    run = torch.compile(model) if a.compile else model
    loader = iter(torch.utils.data.DataLoader(Stream(a.shards, p.batch, step + 1), batch_size=None, num_workers=1, prefetch_factor=8))
    held = held_out_batch(a.shards)
    begin, decaying, mean, last_save, last_valid = time.time(), None, None, time.time(), 0.0
    end, decay_from = a.hours * 3600, a.decay_from_hours * 3600
    log = open(os.path.join(a.run, "log.tsv"), "a")
    while True:
        now = time.time() - begin
        flag = os.path.exists(os.path.join(a.run, "decay"))
        if decaying is None and (now >= decay_from or flag):
            decaying = now
            end = now + a.decay_hours * 3600 if flag else end
        if now >= end:
            break
        rate = p.learning_rate * min(1.0, (step + 1) / p.warmup)
        if decaying is not None:
            rate *= max(p.final_rate, (end - now) / (end - decaying))
        for group in optimiser.param_groups:
            group["lr"] = rate
        x, label, controls = next(loader)
        if step % 2:                                     # half as many whole sounds take as long as short ones
            x, label, controls = x[:p.batch // 2], label[:p.batch // 2], controls[:p.batch // 2]
        else:
            x = x[:, :p.frames_short * p.hop]
        with torch.no_grad():
            x0 = encode(x)
            t = (torch.arange(len(x)) + torch.rand(len(x))) / len(x)
            z = torch.randn_like(x0)
        loss = loss_of(run, x0, label, controls, t, z)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        norm = torch.nn.utils.clip_grad_norm_(model.parameters(), p.clip)
        if torch.isfinite(norm):
            optimiser.step()
        keep = min(p.ema, (1 + step) / (10 + step))
        with torch.no_grad():
            torch._foreach_lerp_(list(ema.parameters()), list(model.parameters()), 1 - keep)
        step, seen = step + 1, seen + x.numel() / p.sample_rate
        mean = loss.item() if mean is None else 0.995 * mean + 0.005 * loss.item()
        if time.time() - last_valid > 300 or step in (50, 300):
            value, parts = validate(ema, held)
            line = f"{step}\t{now / 60:.1f}\t{seen / 3600:.2f}\t{rate:.2e}\t{mean:.4f}\t{value:.4f}\t{parts}"
            print(line, flush=True), print(line, file=log, flush=True)
            last_valid = time.time()
        if time.time() - last_save > 120:
            save(a.run, model, ema, optimiser, step, seen)
            last_save = time.time()
    save(a.run, model, ema, optimiser, step, seen)
    print("done", step, validate(ema, held), flush=True)


def save(run, model, ema, optimiser, step, seen):
    path = os.path.join(run, "last.pt")
    torch.save({"model": model.state_dict(), "ema": ema.state_dict(), "optimiser": optimiser.state_dict(),
                "step": step, "seen": seen}, path + ".tmp")
    os.replace(path + ".tmp", path)


if __name__ == "__main__":
    a = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    a.add_argument("--shards", required=True)
    a.add_argument("--run", required=True)
    a.add_argument("--hours", type=float, required=True)
    a.add_argument("--decay-from-hours", type=float, required=True)
    a.add_argument("--decay-hours", type=float, default=0.3)
    a.add_argument("--resume")
    a.add_argument("--compile", action="store_true")
    main(a.parse_args())
