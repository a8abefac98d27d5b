"""Training: warm-up, stable, decay.  Stop or resume anywhere; the decay starts when it is told to.

  python -m train.train --shards SHARDS --run RUN [--hours 2 --decay-from-hours 1.5] [--resume FILE]

`touch RUN/decay` starts the decay at once (over --decay-hours). RUN/stable.pt is the checkpoint to resume
from (weights, EMA, optimiser); RUN/last.pt the newest one. RUN/log.tsv keeps the figures.
"""
import argparse, copy, math, os, time
import torch
from .data import batches, validation_set
from .loss import loss
from .network import Denoiser
from .normalise import follow
from .params import params as p
from .path import ode_step, sample, times
from .scenes import Memory, clips
from .spectrum import analyse, compress, pair
from .validate import validate


def prepare(noisy, clean, past=None):
    """-> y, x0 normalised, g; the follower goes on from `past`, or remembers, sometimes, something louder from before the scene."""
    y, x0 = compress(pair(analyse(noisy))), compress(pair(analyse(clean)))
    if past is None:
        past = follow(y).amax((1, 2, 3)) * torch.empty(len(y), device=y.device).uniform_(0.3, 1.5)
        past = past * (torch.rand(len(y), device=y.device) < p.p_follower)
    g = follow(y, past)
    return y / g, x0 / g, g


def predictions(model, y, x0, unroll, memory, begins):
    """Data predictions to be judged: one at a random time, or every step of a short reverse process."""
    b, device = y.shape[0], y.device
    if not unroll and torch.rand(()) < p.p_start:
        d, *_, after = model(y, y, torch.ones(b, device=device), *memory.state(y, begins))
        memory.before = after.detach()
        return [d]
    memory.before = None
    if unroll:
        x, out = y, []
        grid = times(unroll) + [0.0]
        for now, then in zip(grid, grid[1:]):
            d = model(x, y, torch.full((b,), now, device=device))[0]
            out.append(d)
            x = ode_step(x, d.detach(), y, now, then)
        return out
    t = torch.empty(b, 1, 1, 1, device=device).uniform_(0.05, 1.0)
    noise = (torch.rand(b, 1, 1, 1, device=device) > p.p_noise_free).float()
    return [model(sample(x0, y, t, noise), y, t.flatten())[0]]


class Schedule:
    """Learning rate by wall clock: warm-up by steps, stable, then linear to final_rate."""

    def __init__(self, run, hours, decay_from, decay_hours):
        self.flag, self.start = os.path.join(run, "decay"), time.time()
        self.end, self.begin, self.length = hours * 3600, decay_from * 3600, decay_hours * 3600
        self.decaying = None

    def elapsed(self):
        return time.time() - self.start

    def rate(self, step):
        now = self.elapsed()
        if self.decaying is None and (now >= self.begin or os.path.exists(self.flag)):
            self.decaying = now
            if os.path.exists(self.flag):
                self.end = now + self.length
        warm = min(1.0, (step + 1) / p.warmup)
        if self.decaying is None:
            return p.learning_rate * warm
        left = max(0.0, (self.end - now) / (self.end - self.decaying))
        return p.learning_rate * warm * (p.final_rate + (1 - p.final_rate) * left)

    def over(self):
        return self.elapsed() >= self.end


@torch.no_grad()
def average(ema, model, i):
    keep = min(p.ema, (1 + i) / (10 + i))
    for a, b in zip(ema.parameters(), model.parameters()):
        a.lerp_(b, 1 - keep)


def save(path, model, ema, optimiser, step, heard):
    half = copy.deepcopy(optimiser.state_dict())
    for s in half["state"].values():                     # moments in half the bytes: enough to go on from
        s["exp_avg"], s["exp_avg_sq"] = s["exp_avg"].bfloat16(), s["exp_avg_sq"].bfloat16()
    torch.save({"model": model.state_dict(), "ema": ema.state_dict(), "optimiser": half,
                "step": step, "heard": heard}, path + ".tmp")
    os.replace(path + ".tmp", path)


def restore(path, model, ema, optimiser):
    saved = torch.load(path, map_location="cpu")
    model.load_state_dict(saved["model"])
    ema.load_state_dict(saved["ema"])
    if saved["optimiser"]:
        optimiser.load_state_dict(saved["optimiser"])    # also casts the moments back
    return saved["step"], saved["heard"]


@torch.no_grad()
def exchange(model, mine, other):
    """Half of the way to the weights that a run beside this one has left lately, and this one's left for it."""
    torch.save([v.detach() for v in model.parameters()], mine + ".tmp")
    os.replace(mine + ".tmp", mine)
    if os.path.exists(other) and time.time() - os.path.getmtime(other) < 120:
        for a, b in zip(model.parameters(), torch.load(other, map_location="cpu")):
            a.lerp_(b.to(a.device), 0.5)


def main(a):
    torch.manual_seed(p.seed + a.seed)
    if a.device == "cpu":
        torch.set_num_threads(1)
    os.makedirs(a.run, exist_ok=True)
    model = Denoiser().to(a.device)
    ema = copy.deepcopy(model).requires_grad_(False).eval()
    optimiser = torch.optim.AdamW(model.parameters(), p.learning_rate, p.betas, weight_decay=p.weight_decay, fused=True)
    step, heard = restore(a.resume, model, ema, optimiser) if a.resume else (0, 0.0)
    fast = torch.compile(model, dynamic=False) if a.compile else model
    log = open(os.path.join(a.run, "log.tsv"), "a", buffering=1)
    check, memory = validation_set(a.shards), Memory(model, fast)
    schedule, first = Schedule(a.run, a.hours, a.decay_from_hours, a.decay_hours), step
    batch, seconds = a.batch or p.batch, p.seconds
    scenes = lambda seed: clips(batches(a.shards, batch, seconds * p.clips, seed + step + 1000 * a.seed, a.workers))
    stream, seen, g, sums, count, checked = scenes(p.seed), None, None, 0.0, 0, time.time()
    while not schedule.over():
        lr = schedule.rate(step - first)
        if schedule.decaying is not None and seen is None:
            save(os.path.join(a.run, "stable.pt"), model, ema, optimiser, step, heard)
            vars(p).update(p.decay)
            batch, seconds, seen = a.batch or p.decay_batch, p.decay_seconds, step
            stream = scenes(p.seed + 7)
        for group in optimiser.param_groups:
            group["lr"] = lr
        *sounds, begins = next(stream)
        noisy, clean, top = (v.to(a.device) for v in sounds)
        y, x0, g = prepare(noisy, clean, None if begins else g[:, 0, -1, 0])
        unroll = 2 + int(torch.rand(()) < 0.4) if seen is not None and torch.rand(()) < p.p_unroll else 0
        parts = [loss(d, x0, g, noisy, clean, top) for d in predictions(fast, y, x0, unroll, memory, begins)]
        total = sum(q[0] for q in parts) / len(parts)
        optimiser.zero_grad(set_to_none=True)
        total.backward()
        norm = torch.nn.utils.clip_grad_norm_(model.parameters(), p.clip)
        value, norm = total.item(), norm.item()
        if not (math.isfinite(value) and math.isfinite(norm)):
            raise SystemExit(f"step {step}: loss {value}, gradient {norm}: stopped; resume from last.pt")
        optimiser.step()
        average(ema, model, step)
        if a.beside and step % p.exchange == 0:
            exchange(model, os.path.join(a.run, "weights.pt"), os.path.join(a.beside, "weights.pt"))
        step, heard = step + 1, heard + noisy.numel() / p.sample_rate / 3600
        sums, count = sums + float(parts[0][1]), count + 1
        if time.time() - checked > a.check_minutes * 60 or schedule.over():
            figures = validate(ema, check, a.device)
            line = f"{step}\t{schedule.elapsed() / 60:.1f} min\t{heard:.3f} h\tlr {lr:.5f}\ttrain {sums / count:.5f}\t{figures}"
            print(line, flush=True)
            log.write(line + "\n")
            save(os.path.join(a.run, "last.pt"), model, ema, optimiser, step, heard)
            sums, count, checked = 0.0, 0, time.time()


if __name__ == "__main__":
    a = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    a.add_argument("--shards", required=True)
    a.add_argument("--run", required=True)
    a.add_argument("--resume")
    a.add_argument("--hours", type=float, default=2.0, help="wall clock, decay included")
    a.add_argument("--decay-from-hours", type=float, default=1.5)
    a.add_argument("--decay-hours", type=float, default=0.4, help="length of a decay started by the file RUN/decay")
    a.add_argument("--check-minutes", type=float, default=5.0)
    a.add_argument("--device", default="cpu")
    a.add_argument("--batch", type=int, help="override both batch sizes (a GPU wants 32 or more)")
    a.add_argument("--workers", type=int, default=1)
    a.add_argument("--compile", action="store_true", help="torch.compile: about twice the speed, minutes to start")
    a.add_argument("--seed", type=int, default=0)
    a.add_argument("--beside", help="folder of a run with another seed on another core: every so often both take the mean")
    main(a.parse_args())
