"""Training: warm-up, stable, decay; stop or resume anywhere.

  python -m train.vocoder.train --shards SHARDS --run RUN --hours 1.2 --decay-from-hours 0.8 [--resume FILE]

RUN/last.pt is the newest checkpoint, RUN/stable.pt the one before the decay, RUN/log.tsv the figures.
`touch RUN/decay` starts the decay at once.
"""
import argparse, copy, math, os, time
import torch
from ..train import average, restore, save, Schedule
from . import mel as m
from .data import batches, validation_set
from .loss import distance, features, pitch_loss
from .network import Vocoder
from .params import params as p
from .project import project
from .spectrum import analyse, complex_of, compress, expand, pair, synthesise

DELAY = (p.lookahead + 1) * p.hop


def times(steps):
    return [1.0 - i / steps for i in range(steps)]


def heard(d, g):
    """Whitened D [B, 2, T, F] -> samples aligned with the clip [B, T H - DELAY]."""
    return synthesise(complex_of(expand(d * g)))[:, DELAY:]


def prepare(audio, hz):
    """-> mel [B, M, T], envelope g, x0 over it, F0, all of them `lookahead` frames late like the network."""
    n = p.lookahead
    y = m.mel(audio)
    g = m.envelope(y)
    late = lambda a, axis: torch.nn.functional.pad(a, (0, 0, n, 0))[:, :, :a.shape[2]] if axis else \
        torch.nn.functional.pad(a, (n, 0), value=-1.0)[:, :a.shape[1]]
    return y, g, late(compress(pair(analyse(audio))), 1) / g, late(hz, 0)


def start(g):
    z = torch.randn(g.shape[0], 2, *g.shape[2:])
    return torch.cat((torch.ones_like(g), torch.zeros_like(g)), 1) + p.sigma * z


def walk(model, e, known, g, steps):
    """A reverse process from noise, Euler's steps of the straight path, gradients only through each D."""
    b = g.shape[0]
    x, grid, out = start(g), times(steps) + [0.0], []
    _, _, _, conv, gru = model.zero_state(b)
    for now, then in zip(grid, grid[1:]):
        d = model.filter(x, e, known, torch.full((b,), now), conv, gru)[0]
        out.append(d)
        x = (then / now) * x + (1 - then / now) * d.detach()
    return out


def step_loss(model, audio, hz, decaying, repulsion):
    y, g, x0, f = prepare(audio, hz)
    state = model.zero_state(len(y))
    own = model.source(y, state)
    truth = torch.where(f > p.pitch_lowest, f, own[2].detach()) if torch.rand(()) < p.p_true_pitch else own[2].detach()
    pitch, wrong = pitch_loss(own[2], own[3], f)
    e, known, _, _, _ = model.source(y, state, truth)
    known = torch.cat((own[1][..., :-1], own[1][..., -1:].detach()), 2)
    n = audio.shape[1] - DELAY
    gain = 0.1 / (audio[:, :n].pow(2).mean(1, keepdim=True).sqrt() + 1e-4)
    target = features(audio[:, :n] * gain)
    frames = n // p.hop
    projected = torch.rand(()) < p.p_project

    def sound(d, g):
        w = heard(d, g)[:, :frames * p.hop]
        return project(w, y[:, :, :frames].expand(len(w), -1, -1), p.stages_trained) if projected else w
    if torch.rand(()) < p.p_between:
        t = torch.empty(len(g)).uniform_(0.1, 0.95)
        w = t[:, None, None, None]
        x = (1 - w) * x0 + w * start(g)
        d = model.filter(x, e, known, t, *state[3:])[0]
        near, spectral = distance(features(sound(d, g) * gain), target)
        weight = g / (g.mean((2, 3), keepdim=True) + 1e-3)
        complex_part = (((d - x0) ** 2) * weight).mean()
        return near + p.loss_between * complex_part + p.loss_pitch * pitch, None, wrong
    steps = 1
    if decaying and torch.rand(()) < p.p_unroll:
        steps = 2 + int(torch.rand(()) < 0.3)
    if repulsion:
        e, known, g = (torch.cat((v, v)) for v in (e, known, g))
    total = 0
    for d in walk(model, e, known, g, steps):
        w = sound(d, g)
        if not repulsion:
            near, spectral = distance(features(w * gain), target)
        else:
            one, two = (features(v * gain) for v in w.chunk(2))
            (a, s1), (b, s2), (c, _) = distance(one, target), distance(two, target), distance(one, two)
            near, spectral = 0.5 * (a + b - repulsion * c), 0.5 * (s1 + s2)
        total = total + near
    return total / steps + p.loss_pitch * pitch, spectral, wrong


@torch.no_grad()
def validate(model, clips, steps=1, stages=p.stages):
    """On held-out clips, from mel frames alone -> text."""
    import soxr
    from pesq import pesq
    torch.manual_seed(0)
    rows = []
    for audio, hz in clips:
        y, g, _, f = prepare(audio, hz)
        e, known, own, logits, _ = model.source(y, model.zero_state(1))
        w = heard(walk(model, e, known, g, steps)[-1], g)
        n = w.shape[1] // p.hop * p.hop
        w = project(w[:, :n], y[:, :, :n // p.hop], stages)
        gain = 0.1 / (audio[:, :n].pow(2).mean(1, keepdim=True).sqrt() + 1e-4)
        a, b = features(w * gain), features(audio[:, :n] * gain)
        try:
            q = pesq(16000, *(soxr.resample(v[0, :n].numpy(), p.sample_rate, 16000) for v in (audio, w)), "wb")
        except Exception:
            q = float("nan")
        rows.append((float(distance(a, b)[1]), float((a[1] - b[1]).abs().mean()), q, float(pitch_loss(own, logits, f)[1])))
    mean = torch.tensor(rows).nanmean(0).tolist()
    return "spectral {:.5f}\tmel {:.4f}\tPESQ {:.3f}\tpitch off {:.3f}".format(*mean)


def main(a):
    torch.manual_seed(p.seed + a.seed)
    torch.set_num_threads(1)
    os.makedirs(a.run, exist_ok=True)
    model = Vocoder()
    ema = copy.deepcopy(model).requires_grad_(False)
    optimiser = torch.optim.AdamW(model.parameters(), p.learning_rate, p.betas, weight_decay=p.weight_decay, fused=True)
    step, total = restore(a.resume, model, ema, optimiser) if a.resume else (0, 0.0)
    log = open(os.path.join(a.run, "log.tsv"), "a", buffering=1)
    check = validation_set(a.shards, 6)
    if a.compile:
        model.filter = torch.compile(model.filter, dynamic=False)
    schedule, first = Schedule(a.run, a.hours, a.decay_from_hours, a.decay_hours), step
    stream, decaying = batches(a.shards, p.batch, p.seconds, p.seed + step), False
    sums, count, off, checked = 0.0, 0, 0.0, time.time()
    while not schedule.over():
        lr = schedule.rate(step - first)
        if schedule.decaying is not None and not decaying:
            save(os.path.join(a.run, "stable.pt"), model, ema, optimiser, step, total)
            decaying = True
        for group in optimiser.param_groups:
            group["lr"] = lr
        audio, hz = next(stream)
        loss, spectral, wrong = step_loss(model, audio, hz, decaying, a.repulsion)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        norm = torch.nn.utils.clip_grad_norm_(model.parameters(), p.clip)
        value = loss.item()
        if not (math.isfinite(value) and math.isfinite(norm.item())):
            raise SystemExit(f"step {step}: loss {value}, gradient {norm}: stopped; resume from last.pt")
        optimiser.step()
        average(ema, model, step)
        step, total = step + 1, total + audio.numel() / p.sample_rate / 3600
        if spectral is not None:
            sums, count = sums + float(spectral), count + 1
        off += float(wrong)
        if time.time() - checked > a.check_minutes * 60 or schedule.over():
            figures = validate(ema, check)
            line = f"{step}\t{schedule.elapsed() / 60:.1f} min\t{total:.3f} h\tlr {lr:.5f}\ttrain {sums / max(count, 1):.5f}\t{figures}"
            print(line, flush=True)
            log.write(line + "\n")
            save(os.path.join(a.run, "last.pt"), model, ema, optimiser, step, total)
            sums, count, checked = 0.0, 0, time.time()


if __name__ == "__main__":
    a = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    a.add_argument("--shards", required=True)
    a.add_argument("--run", required=True)
    a.add_argument("--resume")
    a.add_argument("--hours", type=float, default=1.2, help="wall clock, decay included")
    a.add_argument("--decay-from-hours", type=float, default=0.8)
    a.add_argument("--decay-hours", type=float, default=0.4)
    a.add_argument("--check-minutes", type=float, default=8.0)
    a.add_argument("--repulsion", type=float, default=0.0)
    a.add_argument("--compile", action="store_true")
    a.add_argument("--seed", type=int, default=0)
    main(a.parse_args())
