"""The trunk: L gated blocks over frequency bands, on [B, T, K, C] (batch, frames, bands, channels).

A block adds the diffusion step, mixes the bands, convolves causally (dilated in time), adds the condition and gates as DiffWave
does, with a minimal GRU's memory of the candidate between the two gates:

  h = (1 + M)(x + step)        u_t = h_t (1 + w_2) + h_{t-d} w_1 + h_{t-2d} w_0        s, n, q = u G + c + b
  m_t = m_{t-1} + sigmoid(s_t) (tanh(n_t) - m_{t-1})        x <- x + (m sigmoid(q)) O + b_o

On a CPU the blocks run in C (trunk.c, built at the first use), forwards and for the gradients; elsewhere, and without a compiler,
in PyTorch. Both give the same numbers to rounding: to that of bfloat16 where the processor multiplies tiles of it (tiles.h).
"""
import ctypes, math
import torch
from torch import nn
from .blocks import linear
from .native import build, pointers, runs
from .scan import scan


class Native(torch.autograd.Function):
    @staticmethod
    def forward(ctx, library, dilations, x, c, steps, memory, *weights):     # [B, T, K, C], [B, T, K, 3C], [B, L, C], [B, L, K, C]
        b, t, k, n = x.shape
        layers, d = len(dilations), (ctypes.c_int * len(dilations))(*dilations)
        weights = [w.contiguous() for w in weights]
        mix, taps, gate, gate_bias, to, to_bias = weights
        c, steps, memory, kept = c.contiguous(), steps.contiguous(), memory.contiguous(), []
        for i in range(b):
            xs = torch.empty(layers + 1, t, k, n)
            xs[0] = x[i]
            h, z, m = torch.empty(layers, t, k, n), torch.empty(layers, t, k, 3 * n), torch.empty(layers, t, k, n)
            library.trunk_forward(t, layers, d, *pointers(xs, c[i], steps[i], *weights, memory[i], h, z, m))
            kept.append((xs, h, z, m))
        ctx.library, ctx.dilations, ctx.kept = library, d, kept
        ctx.save_for_backward(steps, memory, *weights)
        after = torch.stack([m[:, -1] for *_, m in kept])
        ctx.mark_non_differentiable(after)
        return torch.stack([xs[-1] for xs, *_ in kept]), after

    @staticmethod
    def backward(ctx, grad, _):
        steps, memory, mix, taps, gate, gate_bias, to, to_bias = ctx.saved_tensors
        grad, (b, t, k, n) = grad.contiguous().clone(), grad.shape
        dc, dsteps = grad.new_zeros(b, t, k, 3 * n), torch.zeros_like(steps)
        more = [torch.zeros_like(w) for w in (mix, taps, gate, gate_bias, to, to_bias)]
        for i, (xs, h, z, m) in enumerate(ctx.kept):
            ctx.library.trunk_backward(t, len(ctx.dilations), ctx.dilations,
                                       *pointers(xs, steps[i], mix, taps, gate, to, memory[i], h, z, m, grad[i], dc[i], dsteps[i], *more))
        return None, None, grad, dc, dsteps, None, *more


def library(K, C, **macros):
    made = build("trunk.c", K=K, C=C, **macros)
    return made if made is None or made.trunk_ready() else build("trunk.c", K=K, C=C, EXACT=1)


class Trunk(nn.Module):
    def __init__(self, dilations, bands, channels, gate_bias):
        super().__init__()
        layers, (K, C) = len(dilations), (bands, channels)
        self.dilations, self.size = list(dilations), (layers, K, C)
        self.mix = nn.Parameter(torch.randn(layers, K, K) * 0.5 / math.sqrt(K))
        self.taps = nn.Parameter(torch.randn(layers, 3, C) * 0.3)
        self.gate = linear(layers, C, 3 * C)
        slow = torch.cat((torch.linspace(*gate_bias, C), torch.zeros(2 * C)))      # from fast to slow channels
        self.gate_bias = nn.Parameter(slow.expand(layers, K, 3 * C).clone())
        self.out, self.out_bias = linear(layers, C, C), nn.Parameter(torch.zeros(layers, C))
        self.library, self.exact = library(K, C), library(K, C, EXACT=1)       # to train with, and for what is compared

    def __deepcopy__(self, memo):                        # a library cannot be copied, nor need it be
        copy = Trunk.__new__(Trunk)
        nn.Module.__init__(copy)
        copy.dilations, copy.size, copy.library, copy.exact = self.dilations, self.size, self.library, self.exact
        for name, value in self.named_parameters():
            copy.register_parameter(name, nn.Parameter(value.detach().clone(), value.requires_grad))
        return copy

    def weights(self):
        return self.mix, self.taps, self.gate, self.gate_bias, self.out, self.out_bias

    def zero_state(self, b, device=None):
        layers, K, C = self.size
        return torch.zeros(b, C, 2 * sum(self.dilations), K, device=device), torch.zeros(b, C, layers, K, device=device)

    def forward(self, x, c, steps, state=None):          # -> x and the state behind it: None where none came. (None, gru): no frames before
        library, nothing = self.library if self.training else self.exact, self.zero_state(x.shape[0], x.device)
        conv, gru = state or (None, nothing[1])
        first = conv is None
        conv, gru = (s.permute(0, 2, 3, 1) for s in (nothing[0] if first else conv, gru))
        if first and runs(library, x):
            x, memory = Native.apply(library, self.dilations, x, c, steps, gru, *self.weights())
            return x, state and (None, memory.permute(0, 3, 1, 2))
        kept, memory = [], []
        for i, past in enumerate(conv.split([2 * d for d in self.dilations], 1)):
            x, f, m = self.block(i, x, c, steps[:, i, None, None], past, gru[:, i])
            kept.append(f)
            memory.append(m)
        return x, tuple(torch.cat(s, 1).permute(0, 3, 1, 2) for s in (kept, memory))

    def block(self, i, x, c, step, past, h0):
        (b, t, K, C), d, w = x.shape, self.dilations[i], self.taps[i]
        h = x + step
        h = h + torch.matmul(self.mix[i], h)
        f = torch.cat((past, h), 1)
        u = h * (1 + w[2]) + f[:, :t] * w[0] + f[:, d:d + t] * w[1]
        s, n, q = (torch.matmul(u, self.gate[i]) + (c + self.gate_bias[i])).chunk(3, -1)
        m = scan(s.sigmoid(), n.tanh(), h0)
        return x + torch.matmul(m * q.sigmoid(), self.out[i]) + self.out_bias[i], f[:, t:], m[:, -1:]
