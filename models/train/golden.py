"""Golden vectors: small float32 .npy files that every other implementation is tested against.

  net_y, net_x  [1, 2, 16, 721]    condition and a different state, normalised, from synthetic noisy speech
  net_out_t1    D(y, y, 1)         net_out_t05   D(x, y, .5)       both from zero states
  audio_in [N]                     audio_out_n1, audio_out_n2 [N]: the whole denoiser, window - hop late; N = one second in whole hops
"""
import os
import numpy as np
import torch
from .normalise import follow
from .params import params as p
from .path import sample
from .reference import denoise
from .spectrum import analyse, compress, pair


def synthetic(seconds=1.0, seed=7):
    """A voice-like buzz with moving formants in pink-ish noise: made here, so free of any licence."""
    r = np.random.default_rng(seed)
    n = int(seconds * p.sample_rate)
    t = np.arange(n) / p.sample_rate
    pitch = 120 + 25 * np.sin(2 * np.pi * 1.3 * t)
    phase = 2 * np.pi * np.cumsum(pitch) / p.sample_rate
    voice = np.zeros(n)
    for k in range(1, 60):
        f = k * pitch
        formant = sum(a * np.exp(-(((f - c) / w) ** 2)) for a, c, w in
                      ((1, 500 + 200 * np.sin(5 * t), 150), (.6, 1500 + 400 * np.cos(4 * t), 250), (.2, 2800, 400)))
        voice += formant * np.sin(k * phase)
    voice *= (np.sin(2 * np.pi * 3 * t) > -.3) * 0.08
    noise = np.fft.irfft(np.fft.rfft(r.standard_normal(n)) / np.maximum(np.arange(n // 2 + 1), 50) ** .5, n)
    return (voice + 0.02 * noise / noise.std()).astype(np.float32)


@torch.no_grad()
def write_golden(model, folder):
    os.makedirs(folder, exist_ok=True)
    save = lambda name, a: np.save(os.path.join(folder, name + ".npy"), np.asarray(a, np.float32))
    audio = torch.from_numpy(synthetic())[None]
    audio = audio[:, :audio.shape[1] // p.hop * p.hop]
    y = compress(pair(analyse(audio)))
    y = (y / follow(y))[:, :, 20:36].contiguous()
    torch.manual_seed(3)
    x = sample(y * 0.5, y, torch.full((1, 1, 1, 1), 0.5), 1.0)
    save("net_y", y), save("net_x", x)
    save("net_out_t1", model(y, y, torch.ones(1))[0])
    save("net_out_t05", model(x, y, torch.full((1,), 0.5))[0])
    save("audio_in", audio[0])
    for n in (1, 2):
        save(f"audio_out_n{n}", denoise(model, audio, n)[0])
