"""One training example: (noisy mixture, clean target, highest trustworthy frequency)."""
import numpy as np
from scipy import fft
from scipy.signal import fftconvolve
from . import rooms
from .params import params as p
from .synthetic import synthetic

RATE = p.sample_rate
power = lambda x: float((x.astype(np.float64) ** 2).mean()) + 1e-12
gain = lambda db: 10 ** (db / 20)


def active_power(x):
    """Mean power of the frames within 35 dB of the loudest: pauses do not count."""
    frames = (x[:len(x) // 480 * 480].reshape(-1, 480) ** 2).mean(1)
    return float(frames[frames > frames.max() * 10 ** -3.5].mean()) + 1e-12


def filter_with(x, curve):                               # curve over frequency, zero phase
    n, grid = len(x), np.linspace(0, RATE / 2, 513)
    shape = np.interp(np.linspace(0, 512, n // 2 + 1), np.arange(513), curve(grid)).astype(np.float32)
    return fft.irfft(fft.rfft(x.astype(np.float32)) * shape, n)


def lowpass(hz):
    return lambda f: 1 / (1 + np.exp(np.clip((f - hz) / (0.01 * hz + 20), -50, 50)))


def equaliser(r):
    """A random microphone: a tilt, a few broad bumps, sometimes a high-pass."""
    tilt, bumps = r.uniform(-2, 2), [(np.exp(r.uniform(4.4, 9.4)), r.uniform(.3, 1), r.uniform(-7, 7)) for _ in range(3)]
    high = r.uniform(40, 250) if r.random() < .4 else 0
    def curve(f):
        octave = np.log2(np.maximum(f, 40) / 1000)
        db = tilt * octave + sum(g * np.exp(-((octave - np.log2(c / 1000)) / w) ** 2) for c, w, g in bumps)
        return 10 ** (np.clip(db, -15, 12) / 20) / np.sqrt(1 + (high / np.maximum(f, 1)) ** 4)
    return curve


class Mixer:
    def __init__(self, speech, noise, rirs, room_count=300, seed=0):
        r = np.random.default_rng(seed)
        self.speech, self.noise = speech, noise
        self.small = [rooms.split(rooms.room(r)[0]) for _ in range(room_count)]
        self.real = [rooms.trim(rirs.clip(i)) for g in rirs.groups.values() for i in g]

    def voice(self, r, n):
        """Speech at active power one, its speed (so pitch and formants) changed, over a faint room tone."""
        rate = float(np.exp(r.uniform(-p.speed, p.speed))) if r.random() < p.p_speed else 1.0
        x, name, hz = self.speech.draw(r, int(n * rate) + 2)
        if rate != 1.0:
            x = np.interp(np.arange(n) * rate, np.arange(len(x)), x) if hz < 12500 / max(rate, 1) else resample(x, n)
            hz = min(hz * rate, 24000.0)
        x = x[:n].astype(np.float32)
        x /= np.sqrt(active_power(x))
        if name.startswith("asp_") or r.random() < 0.3:  # these pauses are digital silence: clean is not gated
            tone = filter_with(r.standard_normal(n).astype(np.float32), lambda f: np.maximum(f, 60.0) ** -0.5)
            x += tone / np.sqrt(power(tone)) * gain(-r.uniform(45, 70))
        return x, name, hz

    def babble(self, r, n):
        x = sum(self.speech.draw(r, n)[0] * gain(r.uniform(-8, 0)) for _ in range(r.integers(3, 7)))
        return filter_with(x, equaliser(r)), 8000.0

    def one_noise(self, r, n):
        if r.random() < p.p_synthetic:
            x, hz = (synthetic(r, n), 24000.0) if r.random() < 0.75 else self.babble(r, n)
        else:
            x, hz = self.noise.draw(r, n)
            if r.random() < 0.5:                         # another speed of the same recording
                rate = np.exp(r.uniform(-.3, .3))
                x = np.interp(np.arange(n) * rate % (n - 1), np.arange(n), x).astype(np.float32)
        if r.random() < p.p_equaliser:
            x = filter_with(x, equaliser(r))
        return x / np.sqrt(power(x)), hz

    def noises(self, r, n):
        x, hz = self.one_noise(r, n)
        if r.random() < p.p_two_noises:
            other, hz2 = self.one_noise(r, n)
            x, hz = x + other * gain(r.uniform(-15, 0)), max(hz, hz2)
        return x / np.sqrt(power(x)), hz

    def example(self, r, n):
        clean, name, hz = self.voice(r, n)
        noise, _ = self.noises(r, n)
        if r.random() < p.p_equaliser:
            clean = filter_with(clean, equaliser(r))
        wet = clean
        if r.random() < p.p_room:
            if r.random() < p.p_real_room:
                h = self.real[r.integers(len(self.real))]
                whole, early = rooms.split(rooms.vary(r, h) if r.random() < p.p_vary_room else h)
            else:
                whole, early = self.small[r.integers(len(self.small))]
            wet, clean = (fftconvolve(clean, h)[:n].astype(np.float32) for h in (whole, early))
            wide = 1 / np.sqrt(active_power(clean))
            wet, clean = wet * wide, clean * wide
        u = r.random()
        snr = r.uniform(25, 60) if u < p.p_nearly_clean else r.uniform(*p.snr)
        if u < p.p_nearly_clean * p.p_no_noise:          # what is wanted has to pass as it is
            snr, wet = np.inf, clean
        scale = np.sqrt(active_power(clean)) * gain(-snr)
        if u > 1 - p.p_noise_only:
            clean, wet, scale = clean * 0, wet * 0, 1.0
        noisy = wet + noise * scale
        if snr > p.spared_snr:                           # so little that taking it away would cost the voice more than it gives
            clean = clean + noise * (scale * gain(p.spared))
        top = min(hz * 0.97, 24000.0) if hz < 15500 else 24000.0
        cut = hz if hz < 15500 and r.random() < 0.5 else 0
        if hz > 15500 and r.random() < p.p_lowpass:
            cut = r.uniform(4000, 16000)
        if cut:                                          # the whole recording is narrow: nothing to mask
            noisy, clean, top = filter_with(noisy, lowpass(cut)), filter_with(clean, lowpass(cut)), 24000.0
        level = r.uniform(-65, -45) if r.random() < p.p_quiet else r.normal(*p.level)
        loud = np.full(n, gain(level) / np.sqrt(active_power(clean) if clean.any() else power(noisy)), np.float32)
        if r.random() < p.p_level_jump:
            loud[r.integers(0, n):] *= gain(r.uniform(-25, 15))
        noisy, clean = noisy * loud, clean * loud
        peak = np.abs(noisy).max()
        if peak > 0.99:
            noisy, clean = noisy * (0.99 / peak), clean * (0.99 / peak)
        return noisy.astype(np.float32), clean.astype(np.float32), float(top)


def resample(x, n):
    """Exact to the ear, for full-band voices where linear interpolation would dull the top."""
    import soxr
    y = soxr.resample(x, len(x), n, quality="MQ")
    return np.pad(y, (0, max(0, n - len(y))))[:n]
