"""trunk.c under autograd: the residual layers of one sound, three to four times as fast as layer by layer on one core.

network.py is the definition; check.py holds this against it, values and gradients. Without a C compiler LIBRARY is None.
"""
import ctypes, os, subprocess, sys, tempfile
import torch
from .params import params as p

SOURCE = os.path.join(os.path.dirname(__file__), "trunk.c")


def library():
    path = os.path.join(tempfile.mkdtemp(prefix="diffwav-"), "trunk.so")
    try:
        subprocess.run(["cc", "-O2", "-funroll-loops", "-fvect-cost-model=dynamic", "-march=native", "-ffast-math",     # -O3 is
                        "-shared", "-fPIC", SOURCE, "-o", path, "-lmvec", "-lm"], check=True)                          # slower
        return ctypes.CDLL(path)
    except (OSError, subprocess.CalledProcessError) as e:
        print(f"trunk.c is not used ({e})", file=sys.stderr)


LIBRARY = library()
at = lambda a: ctypes.c_void_p(a.data_ptr())


class Trunk(torch.autograd.Function):
    """x [N, C], steps [L, C], w [L, 3 C, 2 C], b [L, 2 C], v [L, C, 2 C], c [L, 2 C] -> the sum of the skips [N, C]"""

    @staticmethod
    def forward(ctx, x, steps, w, b, v, c):
        n, size = x.shape
        assert (size, n % 4, 2 ** (p.cycle - 1) <= 512) == (16, 0, True), "trunk.c is written for 16 channels and 4 n samples"
        steps, w, b, v, c = (a.contiguous() for a in (steps, w, b, v, c))
        xs, ss, skip = torch.empty(p.layers + 1, n, size), torch.empty(p.layers, n, 2 * size), torch.empty(n, size)
        xs[0] = x
        if LIBRARY.trunk_forward(n, p.layers, p.cycle, at(xs), at(steps), at(w), at(b), at(v), at(c), at(ss), at(skip)):
            raise MemoryError("trunk_forward")
        ctx.save_for_backward(xs, steps, w, v, ss)
        return skip

    @staticmethod
    def backward(ctx, gskip):
        xs, steps, w, v, ss = ctx.saved_tensors
        n, size = gskip.shape
        gskip, grad, dsteps, dw, dv = gskip.contiguous(), torch.zeros(n, size), *map(torch.zeros_like, (steps, w, v))
        db, dc = torch.zeros(p.layers, 2 * size), torch.zeros(p.layers, 2 * size)
        if LIBRARY.trunk_backward(n, p.layers, p.cycle, at(xs), at(steps), at(w), at(v), at(ss), at(gskip), at(grad), at(dsteps),
                                  at(dw), at(db), at(dv), at(dc)):
            raise MemoryError("trunk_backward")
        return grad, dsteps, dw, db, dv, dc


def fused(model, x, t):
    """What model(x, t) is for one sound, x [1, N], t [1]."""
    step, layers = model.step(t), model.layers
    every = lambda part, turn: torch.stack([turn(getattr(getattr(layer, part[0]), part[1])) for layer in layers])
    keep, turn = lambda a: a, lambda a: a.T
    steps = torch.stack([layer.step(step)[0] for layer in layers])
    total = Trunk.apply(model.input(x[0, :, None]).relu(), steps, every(("dilated", "weight"), turn), every(("dilated", "bias"), keep),
                        every(("out", "weight"), turn), every(("out", "bias"), keep))
    return model.output(model.skip(total / p.layers ** 0.5).relu()).T
