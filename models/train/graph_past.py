"""past.py as ONNX nodes; `g` is graph.py's Graph."""
import numpy as np
from .kernels import numbers, rows, transposed
from .params import params as p
from .past import LOW, M, PAST, SCALE


def scaled(a):
    return numbers(a) * np.float32(SCALE)


def above(g, a, rest):                                   # the last axis goes on with zeros
    return g("Pad", a, g.ints(0, 0, 0, 0, 0, 0, 0, rest))


def frames_of(g):                                        # state_y, y -> [B, 2, PAST + T, M]
    frames = g("Concat", "state_y", g.slice("y", 0, M, 3), axis=2)
    g.slice(frames, -PAST, 2 ** 62, 2, name="next_state_y")
    return frames


def encode_past(g, encoder, frames):                     # -> [B, C, T, K]
    past = g.split(g.slice(frames, 0, -1, 2), [n * w for n, w in LOW], 3)
    kernel = lambda m, w: scaled(m).reshape(w, PAST, 2, -1).transpose(3, 2, 1, 0)
    out = [g("Conv", part, kernel(m, w), strides=[1, w]) for part, m, (_, w) in zip(past, encoder.weight, LOW)]
    return above(g, g("Concat", *out, axis=3), encoder.rest)


def filter_past(g, filter, parts, frames):               # parts: [B, C, T, bands] of each width, the low ones first -> [B, 2, T, F]
    # Of a tap (a, b), (a, -b) meets (re, im) in the real part of the product, (b, a) in the imaginary one.
    both = lambda a: np.stack((a[..., 0], -a[..., 1], a[..., 1], a[..., 0]), -1).reshape(*a.shape[:-2], PAST, 2, 2)
    taps = lambda a: np.moveaxis(both(scaled(a)), -2, -3).reshape(*a.shape[:-2], 4 * PAST)       # real part's, imaginary part's
    kernel = lambda m, w: transposed(taps(m.reshape(-1, w, PAST, 2)), 4 * PAST, w)
    out = [g("ConvTranspose", part, kernel(m, w), strides=[1, w]) for part, m, (_, w) in zip(parts, filter.weight, LOW)]
    out = g("Add", g("Concat", *out, axis=3), rows(taps(filter.bias), 4 * PAST, 1, M))
    past = g("Concat", *[g.slice(frames, k, k - PAST, 2) for k in range(PAST)], axis=1)
    products = g("Mul", g.reshape(out, 0, 2, 2 * PAST, -1, M), g.reshape(past, 0, 1, 2 * PAST, -1, M))
    return above(g, g("ReduceSum", products, g.ints(2), keepdims=0), p.bins - M)
