"""Parameters as numbers, and as ONNX's convolutions lay them out."""
import numpy as np


def numbers(a):                                          # of a tensor on any device, or of anything NumPy takes
    return np.asarray(a.detach().cpu() if hasattr(a, "detach") else a)


def convolution(m, channels, width):                     # [width channels, C] -> Conv's [C, channels, 1, width]
    return numbers(m).reshape(width, channels, -1).transpose(2, 1, 0)[:, :, None]


def transposed(m, channels, width):                      # [C, width channels] -> ConvTranspose's [C, channels, 1, width]
    return numbers(m).reshape(-1, width, channels).transpose(0, 2, 1)[:, :, None]


def rows(a, *shape):                                     # a parameter over bands or bins, channels first
    return np.ascontiguousarray(np.moveaxis(numbers(a), -1, 0)).reshape(*shape)


def signed(a, axis):                                     # m_r, m_i, r, r -> 2 m_r, -m_i, m_i, r, r: what saves nodes behind it
    m_r, m_i, *r = np.split(a, 4, axis)
    return np.concatenate((2 * m_r, -m_i, m_i, *r), axis)
