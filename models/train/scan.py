"""The minimal GRU's recurrence  h_t = (1 - s_t) h_{t-1} + s_t n_t  over time, forwards and for gradients.

On a CPU a loop over frames with its gradient written by hand: in C (scan.c, built at the first use) or,
without a compiler, one fused PyTorch operation a frame. On a GPU, where a loop is bound by launches,
doubling: log2 T passes over the whole tensor. All give the same numbers to rounding.
"""
import torch
from .native import build, pointers, runs


LIBRARY = build("scan.c")


class Native(torch.autograd.Function):
    @staticmethod
    def forward(ctx, s, n, h0):                          # [B, T, K, C] twice, [B, K, C]
        s, n, h0 = s.contiguous(), n.contiguous(), h0.contiguous()
        out = torch.empty_like(n)
        b, t, width = s.shape[0], s.shape[1], h0[0].numel()
        LIBRARY.forward(*pointers(s, n, h0, out), b, t, width)
        ctx.save_for_backward(s, n, h0, out)
        return out

    @staticmethod
    def backward(ctx, grad):
        s, n, h0, out = ctx.saved_tensors
        grad = grad.contiguous()
        ds, dn, dh = torch.empty_like(s), torch.empty_like(n), torch.empty_like(h0)
        LIBRARY.backward(*pointers(s, n, h0, out, grad, ds, dn, dh), s.shape[0], s.shape[1], h0[0].numel())
        return ds, dn, dh


class Loop(torch.autograd.Function):
    @staticmethod
    def forward(ctx, s, n, h0):
        out, h = torch.empty_like(n), h0
        for s_t, n_t, o_t in zip(s.unbind(1), n.unbind(1), out.unbind(1)):
            h = torch.lerp(h, n_t, s_t, out=o_t)
        ctx.save_for_backward(s, n, h0, out)
        return out

    @staticmethod
    def backward(ctx, grad):
        s, n, h0, out = ctx.saved_tensors
        total = grad.clone(memory_format=torch.contiguous_format)       # dL/dh_t through all later frames
        keep = 1 - s
        steps = total.unbind(1)
        for now, later, k in zip(reversed(steps[:-1]), reversed(steps[1:]), reversed(keep.unbind(1)[1:])):
            now.addcmul_(later, k)
        before = torch.cat((h0[:, None], out[:, :-1]), 1)
        return total * (n - before), total * s, total[:, 0] * keep[:, 0]


def doubling(s, n, h0):
    a, b, d = 1 - s, s * n, 1
    b = torch.cat((b[:, :1] + a[:, :1] * h0[:, None], b[:, 1:]), 1)
    while d < a.shape[1]:
        b = torch.cat((b[:, :d], b[:, d:] + a[:, d:] * b[:, :-d]), 1)
        a = torch.cat((a[:, :d], a[:, d:] * a[:, :-d]), 1)
        d *= 2
    return b


@torch.compiler.disable
def scan(s, n, h0):
    if s.is_cuda:
        return doubling(s, n, h0)
    return (Native if runs(LIBRARY, s) else Loop).apply(s, n, h0)
