"""Proofs of the schedule, the samplers and the network, against the paper's numbers and closed forms:

  python -m train.diffwave.check
"""
import numpy as np, torch
from .network import DiffWave
from .params import params as p
from .sampler import A, SAMPLERS, aligned, even, level, sample
from .train import noised


def near(name, a, b, limit):
    error = float(np.abs(np.asarray(a, np.float64) - np.asarray(b)).max())
    print(f"{name:64s} {error:.1e}")
    assert error <= limit, f"{name}: {error} > {limit}"


def gaussian(mean, deviation):
    """The best eps for x0 ~ N(mean, deviation^2)."""
    def eps(x, t):
        a, sigma = level(t)
        d = mean + a * deviation ** 2 * (x - a * mean) / (a * a * deviation ** 2 + sigma ** 2)
        return (x - a * d) / sigma
    return eps


def main():
    near("aligned steps of BASE's fast schedule", aligned()[::-1], [0, .8941, 4.0867, 10.4518, 22.9925, 42.9186], 1e-4)
    near("six whole steps", even(6), [49, 39, 29, 20, 10, 0], 0)

    x0, r = np.full((1, 8), 0.7), np.random.default_rng(0)
    point, z = gaussian(0.7, 0.0), r.standard_normal((1, 8))
    for name in SAMPLERS:
        near(f"{name}: data that is a point comes back", sample(point, z, name, 6), x0, 1e-12)
    z = r.standard_normal((1, 400000))
    for name, steps, variance in (("ddpm", 50, .944744), ("diffwave-fast", 6, .581267)):
        near(f"{name}, {steps} steps: variance for N(0, 1)", sample(gaussian(0, 1), z, name, steps).var(), variance, 6e-3)
    gain = 1.0
    for now, then in zip(even(12), even(12)[1:]):
        (a, s), (b, q) = level(now), level(then)
        gain *= (a * b * .09 + s * q) / (a * a * .09 + s * s)
    gain *= A[0] * .09 / (A[0] ** 2 * .09 + 1 - A[0] ** 2)
    near("ddim, 12 steps: gain for N(0, .3^2)", sample(gaussian(0, .3), np.ones((1, 1)), "ddim", 12), gain, 1e-12)
    fine = sample(gaussian(0, .3), np.ones((1, 1)), "ddim", 50)
    errors = [abs(float(sample(gaussian(0, .3), np.ones((1, 1)), name, 25)[0, 0] - fine[0, 0])) for name in ("ddim", "dpm-solver-2m")]
    print(f"{'25 steps against 50 of ddim: ddim, dpm-solver-2m':64s} {errors[0]:.1e} {errors[1]:.1e}")

    sound = torch.ones(1, 200000)
    for t in (0, 25, 49):
        x, eps = noised(sound, np.random.default_rng(t), torch.tensor([t]))
        near(f"forward process, step {t}: mean and deviation", [x.mean(), x.std()], [A[t], np.sqrt(1 - A[t] ** 2)], 6e-3)

    torch.manual_seed(0)
    model = DiffWave().eval()
    torch.nn.init.normal_(model.output.weight)
    reach = 1 + 2 * sum(2 ** (i % p.cycle) for i in range(p.layers))
    x = torch.randn(1, 2 * reach)
    x.requires_grad_()
    model(x, torch.tensor([3.0]))[0, reach].backward()
    heard = x.grad[0].nonzero()[:, 0]
    near(f"receptive field, {reach} samples", [heard.min(), heard.max()], [reach - reach // 2, reach + reach // 2], 0)
    with torch.no_grad():
        e = model.step
        table = [e(torch.tensor([float(t)])) for t in (10, 11)]
        angle = 10 * 10.0 ** (np.arange(64) * 4 / 63)
        near("embedding of step 10", e.table[10], np.concatenate((np.sin(angle), np.cos(angle))), 1e-6)
        half = e.first(0.5 * (e.table[10] + e.table[11]))
        want = torch.nn.functional.silu(e.second(torch.nn.functional.silu(half)))
        near("embedding of step 10.5 is on the line", e(torch.tensor([10.5])), want[None], 1e-6)
        assert (table[0] - table[1]).abs().max() > 1e-3

    from .trunk import LIBRARY, fused
    for n in (p.frames * p.hop, 1600) if LIBRARY else ():
        x, t, weight, found = torch.randn(1, n), torch.tensor([17.3]), torch.randn(1, n), []
        for way in (DiffWave.forward, fused):
            model.zero_grad()
            y = way(model, x, t)
            (y * weight).sum().backward()
            found.append([y.detach()] + [q.grad.clone() for q in model.parameters()])
        parts = [float((a - b).abs().max() / b.abs().max()) for a, b in zip(*found)]
        near(f"trunk.c = PyTorch, {n} samples: values, gradients", [parts[0], max(parts[1:])], [0, 0], 2e-5)

    with torch.no_grad():
        from ..export import session
        from .export import noise_of, noise_of_onnx
        from .graph import build
        one, other = noise_of(model), noise_of_onnx(session(build(model)))
        for t, frames in ((0.0, p.frames), (22.9925, 7), (49.0, 1)):
            x = r.standard_normal((3, frames * p.hop)).astype(np.float32)
            near(f"ONNX = PyTorch, step {t}, {frames} frames", one(x, t), other(x, t), 2e-4)
    print("all well")


if __name__ == "__main__":
    main()
