"""Small proofs of the parts, against closed forms and slower twins:  python -m train.check"""
import math
import torch
from . import scan, spectra
from .golden import synthetic
from .intelligibility import intelligibility
from .loss import cut, left, log_distance, loss
from .network import C, K, Denoiser
from .normalise import RHO, follow
from .params import params as p
from .past import M, PAST, SCALE, past_frames
from .perceptual import disturbance
from .path import ode_step, sample, times, variance
from .scenes import Memory, clips
from .spectrum import DELAY, analyse, compress, expand, pair, synthesise

from .trunk import Trunk


def near(name, a, b, limit):
    error = (torch.as_tensor(a) - torch.as_tensor(b)).abs().max().item()
    print(f"{name:52s} {error:.1e}")
    assert error <= limit, f"{name}: {error} > {limit}"


def relative(name, a, b, limit):
    near(name, a / b.abs().max(), b / b.abs().max(), limit)


def compare_trunk():
    """In C and in PyTorch: the same numbers and gradients; in C as it trains here, products of bfloat16 and all."""
    trunk = Trunk(p.dilations, 32, p.channels, p.gate_bias)
    fast, exact = trunk.library, trunk.exact
    inputs = [torch.randn(2, 40, 32, p.channels), torch.randn(2, 40, 32, 3 * p.channels), torch.randn(2, len(p.dilations), p.channels)]
    inputs, weight, results = [v.requires_grad_() for v in inputs], torch.randn(2, 40, 32, p.channels), []
    before = torch.randn(2, p.channels, len(p.dilations), 32).tanh()
    for trunk.library in (fast, exact, None):
        out, (_, memory) = trunk(*inputs, (None, before))
        results.append([out, memory, *torch.autograd.grad((out * weight).sum(), [*inputs, *trunk.parameters()])])
    names = ["output", "memory", "x", "condition", "steps", *(n for n, _ in trunk.named_parameters())]
    for name, a, b, c in zip(names, *results):
        relative(f"trunk, C = PyTorch: {name}", b, c, 2e-5)
        relative(f"trunk, C as it trains = PyTorch: {name}", a, c, 2e-2)


def compare_spectra():
    raw, y, x0 = torch.randn(2, 30, p.bins, 4).requires_grad_(), torch.randn(2, 2, 30, p.bins), torch.randn(2, 2, 32, p.bins)
    g, w, terms, results = torch.rand(2, 1, 32, 1) + .1, torch.rand(2, p.bins), torch.tensor([.5, .5, .3, 1.5, .4]), []
    library = spectra.LIBRARY
    for spectra.LIBRARY in (library, None):
        heard = spectra.rendered(spectra.masked(raw, y), g[:, :, :30])
        total, plain = spectra.compared(heard, x0, g, w, terms)
        results.append([total, plain, *torch.autograd.grad(total, [raw])])
    spectra.LIBRARY = library
    for name, a, b in zip(("loss", "its plain part", "gradient"), *results):
        relative(f"spectra, C = PyTorch: {name}", a, b, 2e-5)


def compare_disturbance():
    """Against the reference implementation, through its logistic curve: a voice-like buzz under growing noise."""
    import soxr
    from pesq import pesq
    voice = torch.from_numpy(synthetic(3.0))
    torch.manual_seed(1)
    noise = torch.randn(len(voice)) * voice.std()
    for db in (30, 20, 10):
        heard = voice + noise * 10 ** (-db / 20)
        mos = pesq(16000, *(soxr.resample(s.numpy(), 48000, 16000) for s in (voice, heard)), "wb")
        wanted = 4.5 - (3.8224 - math.log(4 / (mos - .999) - 1)) / 1.3669
        near(f"PESQ's disturbance = the reference's, {db} dB", disturbance(voice[None], heard[None])[0], wanted, .25)


def compare_intelligibility():
    """Against the reference implementation, which resamples to 10 kHz and removes silence before it analyses."""
    import soxr
    from pystoi import stoi
    voice = torch.from_numpy(synthetic(3.0))
    torch.manual_seed(1)
    noise = torch.randn(len(voice)) * voice.std()
    for db in (20, 5, -5):
        heard = voice + noise * 10 ** (-db / 20)
        wanted = stoi(*(soxr.resample(s.numpy(), 48000, 10000) for s in (voice, heard)), 10000, extended=True)
        near(f"ESTOI = the reference's, {db} dB", intelligibility(voice[None], heard[None])[0], wanted, .05)


def compare_scenes():
    """A scene's clips are the scene; its memory goes on within it and not into the next one; silence in clips is one silence."""
    sounds = [torch.randn(1, 3 * 480 * p.clips) for _ in range(2)]
    found = list(clips([(*sounds, torch.ones(1))]))
    for k in (0, 1):
        near("clips = the scene", torch.cat([c[k] for c in found], 1), sounds[k], 0)
    near("a scene begins once", [float(c[3]) for c in found], [1.0] + [0.0] * (p.clips - 1), 0)
    network, usual = Denoiser().eval(), (p.p_remember, p.p_silence)
    y, nothing = torch.randn(1, 2, 8, p.bins), network.zero_state(1)[-1]
    memory = Memory(network, network)
    with torch.no_grad():
        memory.before = after = network(y, y, torch.ones(1), *network.remembering(nothing))[-1]
        p.p_remember, p.p_silence = 0.0, 0.0
        near("memory goes on within a scene", memory.state(y, False)[-1], after, 0)
        near("and not into the next", memory.state(y, True)[-1], nothing, 0)
        p.p_silence, z = 1.0, torch.zeros(1, 2, 16, p.bins)
        memory.state(y, True)
        twice = memory.state(y, True)[-1]
        near("silence, clip behind clip = at once", twice, network(z, z, torch.ones(1), *network.remembering(nothing))[-1], .05)
    p.p_remember, p.p_silence = usual


def a_lost_syllable():
    """A voice-like buzz [1, N], and the same with ten frames of 150 twenty dB down: 14 beyond what is free."""
    voice = torch.from_numpy(synthetic(3.0))[None]
    lost = voice.clone()
    lost[:, 48000:57600] *= .1
    return voice, lost


def compare_levels():
    """Cut and log-spectral distance against what score.py counts, on a voice-like buzz under noise that loses a syllable."""
    from .score import lsd
    (voice, lost), hz = a_lost_syllable(), torch.ones(1, p.bins, dtype=torch.bool)
    torch.manual_seed(1)
    heard = voice + torch.randn(voice.shape) * voice.std() * .03
    x0 = compress(pair(analyse(voice)))
    ones = torch.ones(1, 1, x0.shape[2], 1)
    near("log-spectral distance = the score's, dB", log_distance(analyse(heard), x0, ones, hz)[0], lsd(voice[0].numpy(), heard[0].numpy(), 48000), .2)
    near("nothing is cut", cut(voice, heard), 0.0, 1e-6)
    near("a lost syllable is", cut(voice, lost), 1.4 * 10 / 150, 1e-3)


def compare_kinds():
    """What only clips without speech and clips without noise have in their loss."""
    voice, lost = a_lost_syllable()
    torch.manual_seed(1)
    noise, top = torch.randn(voice.shape) * .05, torch.tensor([24000.0])
    near("what is left of noise alone, dB", left(noise, noise * .1), 10 * math.log10(1e-2 + 1e-4), 1e-3)

    def value(weights, noisy, clean, heard):
        y = compress(pair(analyse(heard)))
        x0, g, before = compress(pair(analyse(clean))), torch.ones(1, 1, y.shape[2], 1), vars(p).copy()
        vars(p).update(weights)
        total = loss(y, x0, g, noisy, clean, top)[0].item()
        vars(p).update(before)
        return total

    alone = [value(dict(loss_alone=w), noise, voice * 0, noise * .1) for w in (0, 1)]
    near("it counts a tenth of its dB", alone[1] - alone[0], -2, 5e-3)
    for name, noisy, times in (("clean speech", voice + .01 * noise, 3), ("noisy speech", voice + noise, 0)):
        one, four = (value(dict(loss_untouched=w, loss_perceptual=0, loss_log=0, loss_cut=1), noisy, voice, lost) for w in (1, 4))
        near(f"a lost syllable of {name} counts so much more", four - one, times * 1.4 * 10 / 150, 2e-3)


def compare_past(model, y):
    """The filter over past frames against complex numbers; then its weights and the encoder's stay random for what follows."""
    taps, bins = torch.randn(M, PAST, 2), torch.complex(y[0, 0], y[0, 1])[:, :M]
    model.filter.bias.data.copy_(taps)
    late = torch.cat((torch.zeros(PAST, M), bins))               # frame t - PAST + k lies at t + k
    wanted = sum(SCALE * torch.view_as_complex(taps[:, k].contiguous()) * late[k:k + len(bins)] for k in range(PAST))
    found = model.filter(torch.zeros(1, len(bins), K, C), past_frames(y)[0])[0]
    near("filter over past frames = complex taps", torch.complex(found[0], found[1])[:, :M], wanted, 1e-5)
    near("and nothing above", found[..., M:], torch.zeros_like(found[..., M:]), 0)
    for weight in (*model.filter.parameters(), *model.encode_past.parameters()):
        weight.data.normal_()


def main():
    torch.manual_seed(0)
    audio = torch.randn(2, p.hop * 20)
    near("synthesis of the analysis = window - hop late", synthesise(analyse(audio))[:, DELAY:], audio[:, :-DELAY], 1e-5)
    z = pair(analyse(audio))
    near("expand of compress", expand(compress(z)), z, 1e-4)

    y = torch.rand(1, 2, 50, p.bins) * torch.rand(1, 1, 50, 1)
    g, past = [], 0.0
    for e in (y * y).sum(1).mean(-1).sqrt()[0].tolist():
        past = max(e, RHO * past, p.floor)
        g.append(past)
    near("follower = its definition", follow(y)[0, 0, :, 0], torch.tensor(g), 1e-6)

    # The coefficients do not depend on c; for k = 2.6 they are a golden table (x, D, y).
    one, zero = torch.ones(1), torch.zeros(1)
    parts = lambda now, then: [float(ode_step(a, b, c, now, then)) for a, b, c in
                               ((one, zero, zero), (zero, one, zero), (zero, zero, one))]
    near("ODE 1 -> 1/2", parts(1, .5), [0, .72222, .27778], 1e-5)
    near("ODE 1 -> 2/3", parts(1, 2 / 3), [0, .55292, .44708], 1e-5)
    near("ODE 2/3 -> 1/3", parts(2 / 3, 1 / 3), [.72724, .44324, -.17048], 1e-5)
    near("ODE 1/3 -> 0", parts(1 / 3, 0), [0, 1, 0], 0)
    x, y0, d = torch.tensor(1.2), torch.tensor(1.2), torch.tensor(.5)
    for now, then in zip(times(4), times(4)[1:]):
        x = ode_step(x, d, y0, now, then)
        mean = (.5 * (variance(1) - variance(then)) + 1.2 * variance(then)) / variance(1)
        near(f"ODE with the truth stays on the bridge's mean, t = {then}", x, torch.tensor(mean), 1e-6)
    n = sample(zero.expand(200000), zero.expand(200000), torch.tensor(.5), 1.0).std()
    near("bridge's deviation at t = 1/2", n, math.sqrt(variance(.5) * (variance(1) - variance(.5)) / variance(1)), 2e-3)

    s, m, h = (torch.rand(2, 70, 4, 6).requires_grad_() for _ in range(3))
    h0 = h[:, 0]
    weight, results = torch.randn(2, 70, 4, 6), []
    ways = [scan.Loop.apply, scan.doubling] + ([scan.Native.apply] if scan.LIBRARY else [])
    for way in ways:
        out = way(s, m, h0)
        results.append([out, *torch.autograd.grad((out * weight).sum(), (s, m, h))])
    for name, other in zip(("doubling", "C"), results[1:]):
        for part, a, b in zip(("output", "ds", "dn", "dh"), results[0], other):
            near(f"recurrence, loop = {name}: {part}", a, b, 2e-5)

    compare_trunk()
    compare_scenes()
    compare_spectra()
    compare_disturbance()
    compare_intelligibility()
    compare_levels()
    compare_kinds()

    model = Denoiser().eval()
    y = torch.randn(1, 2, 24, p.bins)
    if p.past:
        compare_past(model, y)
    with torch.no_grad():
        long, *state = model(y, y, torch.ones(1))
        out, state = [], model.zero_state(1)
        for i in range(24):
            o, *state = model(y[:, :, i:i + 1], y[:, :, i:i + 1], torch.ones(1), *state)
            out.append(o)
    near("network frame by frame = long call", torch.cat(out, 2), long, 1e-5)
    print("all well")


if __name__ == "__main__":
    main()
