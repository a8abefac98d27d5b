"""What training does bin by bin: the head's mask, spectra out of their compression, the loss over spectra.

On a CPU in C (spectra.c), a pass forward and one back; elsewhere in PyTorch. Both give the same numbers to rounding.
"""
from ctypes import c_long
import torch
from .native import build, pointers, runs
from .spectrum import compress, expand

LIBRARY = build("spectra.c")


class Mask(torch.autograd.Function):
    @staticmethod
    def forward(ctx, raw, y):                            # [B, T, F, 4], [B, 2, T, F]
        raw, y, d = raw.contiguous(), y.contiguous(), torch.empty_like(y, memory_format=torch.contiguous_format)
        for r, c, o in zip(raw, y, d):
            LIBRARY.mask_forward(c_long(o[0].numel()), *pointers(r, c, o))
        ctx.save_for_backward(raw, y)
        return d

    @staticmethod
    def backward(ctx, grad):
        raw, y = ctx.saved_tensors
        grad, out = grad.contiguous(), torch.empty_like(raw)
        for r, c, g, o in zip(raw, y, grad, out):
            LIBRARY.mask_backward(c_long(g[0].numel()), *pointers(r, c, g, o))
        return out, None


class Expand(torch.autograd.Function):
    @staticmethod
    def forward(ctx, d, g):                              # [B, 2, T, F], [B, 1, T, 1]
        d, g = d.contiguous(), g.contiguous()
        b, _, t, f = d.shape
        z = d.new_empty(b, t, f, 2)
        for a, q, o in zip(d, g, z):
            LIBRARY.expand_forward(c_long(t), c_long(f), *pointers(a, q, o))
        ctx.save_for_backward(d, g)
        return z

    @staticmethod
    def backward(ctx, grad):
        d, g = ctx.saved_tensors
        (_, _, t, f), grad, out = d.shape, grad.contiguous(), torch.empty_like(d)
        for a, q, p, o in zip(d, g, grad, out):
            LIBRARY.expand_backward(c_long(t), c_long(f), *pointers(a, q, p, o))
        return out, None


class Compare(torch.autograd.Function):
    @staticmethod
    def forward(ctx, z, x, g, w, terms):                 # [B, T, F, 2], [B, 2, rows, F], [B, 1, rows, 1], [B, F], [5]
        z, x, g, w, (b, t, f, _) = z.contiguous(), x.contiguous(), g.contiguous(), w.contiguous(), z.shape
        sums, grad = torch.zeros(2, dtype=torch.float64), torch.empty_like(z)
        for a, c, q, v, o in zip(z, x, g, w, grad):
            LIBRARY.compare(c_long(t), c_long(x.shape[2]), c_long(f), *pointers(a, c, q, v, terms, sums, o))
        ctx.save_for_backward(grad / (b * t))
        plain, fine = (sums / (b * t)).float()
        ctx.mark_non_differentiable(plain)
        return plain + fine, plain

    @staticmethod
    def backward(ctx, grad, _):
        return ctx.saved_tensors[0] * grad, None, None, None, None


def masked(raw, y):
    """The head's numbers [B, T, F, 4] and y [B, 2, T, F] -> D = sigmoid(2 m_r + 2)(1 + j m_i) y + R."""
    if runs(LIBRARY, raw):
        return Mask.apply(raw, y)
    m_r, m_i, r_r, r_i = raw.unbind(-1)
    gain, y_r, y_i = torch.sigmoid(2 * m_r + 2), y[:, 0], y[:, 1]
    return torch.stack((gain * (y_r - m_i * y_i) + r_r, gain * (y_i + m_i * y_r) + r_i), 1)


def rendered(d, g):
    """Normalised compressed spectra [B, 2, T, F] and the follower's gain [B, 1, T, 1] -> complex spectra [B, T, F]."""
    if runs(LIBRARY, d):
        return torch.view_as_complex(Expand.apply(d, g))
    z = expand(d * g)
    return torch.complex(z[:, 0], z[:, 1])


def magnitude(z):                                        # [B, 2, T, F] -> [B, T, F]
    return ((z * z).sum(1) + 1e-6).sqrt()


def finer(z):                                            # |.|^0.6 of a spectrum already compressed by 0.5
    return ((z * z).sum(1) + 1e-4) ** 0.3


def compared(heard, x, g, w, terms):
    """Complex spectra [B, T, F] against x [B, 2, rows, F], rows >= T, with bins weighted by w [B, F] -> the loss over spectra (terms: weights
    of magnitude, complex, suppression, fine, fine suppression), and its first three terms alone."""
    if runs(LIBRARY, x):
        return Compare.apply(torch.view_as_real(heard), x, g, w, terms)
    t = heard.shape[1]
    e, x, w = compress(torch.stack((heard.real, heard.imag), 1)) / g[:, :, :t], x[:, :, :t], w[:, None]
    m_e, m_x, f_e, f_x = magnitude(e), magnitude(x), finer(e), finer(x)
    plain = terms[0] * (m_e - m_x) ** 2 + terms[1] * ((e - x) ** 2).sum(1) + terms[2] * (m_x - m_e).relu() ** 2
    fine = terms[3] * (f_e - f_x) ** 2 + terms[4] * (f_x - f_e).relu() ** 2
    plain, fine = ((v * w).sum(-1).mean() for v in (plain, fine))
    return plain + fine, plain.detach()
