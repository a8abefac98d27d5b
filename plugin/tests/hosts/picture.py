"""The spectrogram strip of the README, from target/hosts/pattern.wav that test_synth.py wrote. Needs matplotlib and scipy,
which no test needs: `python plugin/tests/hosts/picture.py target/hosts/pattern.wav plugin/assets/pattern.png`.
"""

import sys
import wave

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.colors import LinearSegmentedColormap
from scipy.signal import stft

# As the plugin's window draws levels.
HEAT = LinearSegmentedColormap.from_list("heat", ["#0e1014", "#182a4a", "#1e6c7a", "#56be96", "#f2d678", "#fffaec"])
NAMES = {"Kick": "x.....x.x......." "x.....x.x..x....x", "Snare": "....x.......x..o" "....x.......xoox", "Hats": "x.o.x.o.x.o.x.x." "x.o.x.o.x.......", "Toms": "." * 16 + "..........x.oxx.", "Crash": "." * 32 + "x"}


def read(path: str):
    with wave.open(path) as file:
        assert file.getsampwidth() == 3
        raw = np.frombuffer(file.readframes(file.getnframes()), np.uint8).reshape(-1, file.getnchannels(), 3)
        rate = file.getframerate()
    whole = np.zeros(raw.shape[:2] + (4,), np.uint8)
    whole[..., 1:] = raw
    return whole.view("<i4")[..., 0].T / 2.0**31, rate


def main(path: str, to: str):
    sound, rate = read(path)
    mono = sound.mean(axis=0)
    f, t, z = stft(mono, rate, nperseg=1024, noverlap=896)
    level = 20 * np.log10(np.abs(z) + 1e-7)
    plt.rcParams.update({"text.color": "#eceef2", "axes.labelcolor": "#969dab", "xtick.color": "#969dab", "ytick.color": "#969dab", "font.size": 8})
    fig, (upper, lower) = plt.subplots(2, 1, figsize=(11, 3.9), sharex=True, height_ratios=[1, 4], facecolor="#14161b", layout="constrained")
    step = 0.125
    for row, (name, line) in enumerate(reversed(NAMES.items())):
        for n, sign in enumerate(line):
            if sign != ".":
                upper.plot(n * step, row, "s", color="#4fc3b5", markersize=5 if sign == "x" else 3)
    upper.set_yticks(range(len(NAMES)), list(reversed(NAMES)))
    upper.set_ylim(-0.7, len(NAMES) - 0.3)
    lower.pcolormesh(t, f, level, cmap=HEAT, vmin=level.max() - 80, vmax=level.max(), shading="auto", rasterized=True)
    lower.set_yscale("symlog", linthresh=200, linscale=0.4)
    lower.set_ylim(30, 20_000)
    lower.set_yticks([100, 1_000, 10_000], ["100", "1k", "10k"])
    lower.set_ylabel("Hz")
    lower.set_xlabel("seconds")
    lower.set_xlim(-0.03, 5.2)
    for axes in (upper, lower):
        axes.set_facecolor("#0e1014")
        for spine in axes.spines.values():
            spine.set_color("#333843")
    fig.savefig(to, dpi=110)


if __name__ == "__main__":
    main(*sys.argv[1:3])
