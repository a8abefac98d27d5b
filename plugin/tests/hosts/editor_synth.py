"""Opens the instrument's window in a real host on a virtual screen and takes pictures in three states, at one scale; then
opens and closes it again and again while notes play; then drops a file on a pad and exports a hit. `cargo xtask hosts --all`
runs it; the pictures go to target/hosts.
"""

import os
import shutil
import subprocess
import sys
import threading
import time

import numpy as np
from common import RATE, WORK, synth
from drag import Drag
from editor import again_and_again, main, together
from pedalboard.io import AudioFile
from test_synth import STEP, messages, pattern, row

SNARE_PAD, MID_TOM_PAD, MID_TOM = 1, 5, 45


def play(plugin, stop):
    """The pattern in real time, again and again, in blocks of 10 ms."""
    block, length = 480, 33 * STEP
    notes = messages(pattern())
    began, n = time.monotonic(), 0
    while not stop.is_set():
        start = n * block % length / RATE
        due = [(data, at - start) for data, at in notes if start <= at < start + block / RATE]
        plugin(due, duration=block / RATE, sample_rate=RATE, num_channels=2, buffer_size=block, reset=False)
        n += 1
        time.sleep(max(0.0, began + n * block / RATE - time.monotonic()))


def picture(name: str):
    """Of the screen: what is drawn with OpenGL is not always in the window's own picture."""
    time.sleep(1)
    subprocess.run(["import", "-window", "root", str(WORK / f"{name}.png")], check=True)


def geometry() -> tuple:
    """The plugin's window: its left upper corner on the screen and its size, in pixels."""
    found = subprocess.run(["xdotool", "search", "--name", "diffwav"], capture_output=True, text=True).stdout.split()
    told = subprocess.run(["xdotool", "getwindowgeometry", "--shell", found[-1]], capture_output=True, text=True).stdout
    values = dict(line.split("=") for line in told.split())
    return tuple(int(values[key]) for key in ["X", "Y", "WIDTH", "HEIGHT"])


class Layout:
    """Where things are on the screen: src/synth/editor/app.rs divides the window so."""

    def __init__(self, scale: int):
        self.x, self.y, width, height = geometry()
        self.scale, self.width, self.height = scale, width / scale, height / scale
        self.middle = self.height - 136
        self.left = 0.52 * (self.width - 24)
        print(f"the window has {self.width:.0f} x {self.height:.0f} logical pixels", flush=True)

    def on_screen(self, x: float, y: float) -> tuple:
        return int(self.x + x * self.scale), int(self.y + y * self.scale)

    def pad(self, pad: int) -> tuple:
        row, column = 3 - pad // 4, pad % 4
        return self.on_screen(22 + (self.left - 20) * (column + 0.5) / 4, 62 + (self.middle - 20) * (row + 0.5) / 4)

    def export(self) -> tuple:
        knobs = min(max(self.middle - 176, 184), 236)
        wave = min(max(self.middle - knobs - 146, 24), 120)
        return self.on_screen(self.left + 71, 62 + wave + 107)


def click(x: int, y: int):
    """At a place of the screen."""
    subprocess.run(["xdotool", "mousemove", str(x), str(y), "click", "1"], check=True)


def moved_away():
    subprocess.run(["xdotool", "mousemove", "1", "1"], check=False)


def states(scale: int):
    plugin = synth()
    stop, close = threading.Event(), threading.Event()

    def drive():
        try:
            moved_away()
            time.sleep(25)
            picture(f"synth-{scale}00-plays")
            click(*Layout(scale).pad(SNARE_PAD))
            moved_away()
            time.sleep(2)
            picture(f"synth-{scale}00-snare")
            for name, value in [("pad_1_variation", 0.0), ("pad_3_pan", 0.8), ("output", 0.6)]:
                plugin.parameters[name].raw_value = value
            stop.set()
            time.sleep(2)
            picture(f"synth-{scale}00-rests")
        finally:
            stop.set()
            close.set()

    together(plugin, play, stop, close, drive)


def sample() -> np.ndarray:
    """0.3 s that no network makes."""
    t = np.arange(int(0.3 * RATE)) / RATE
    return (np.sin(2 * np.pi * (900 - 1500 * t) * t) * np.exp(-12 * t)).astype(np.float32)


def likeness(a: np.ndarray, b: np.ndarray) -> float:
    """Normalised correlation of what both have."""
    n = min(len(a), len(b))
    return float(np.dot(a[:n], b[:n]) / (np.linalg.norm(a[:n]) * np.linalg.norm(b[:n]) + 1e-12))


def files():
    """A WAV is dropped on a pad, which plays it and varies it; *Export hit* writes the hit that was heard."""
    scale = int(sys.argv[1])
    home, own = WORK / f"home-{os.getpid()}", sample()
    home.mkdir()
    os.environ["HOME"] = str(home)
    # With a blank and a letter that a URI has to write in another way.
    path = home / "my höt.wav"
    with AudioFile(str(path), "w", RATE, 1, bit_depth=24) as file:
        file.write(own[None])
    plugin = synth()
    plugin.steps = "4 steps"
    varied = f"pad_{MID_TOM_PAD + 1}_variation"
    stop, close = threading.Event(), threading.Event()

    def heard(variation: float) -> np.ndarray:
        """Two notes, a second apart. Two seconds that nobody waits for come before them: then it is a bounce, which waits."""
        plugin.parameters[varied].raw_value = variation
        notes = [(data, at + 2.0) for data, at in messages(row(MID_TOM, 2))]
        out = plugin(notes, duration=4.0, sample_rate=RATE, num_channels=2, buffer_size=512, reset=False)
        return out[0, 2 * RATE :]

    def drive():
        try:
            # The network, and a pad that is not the one that is dropped on.
            time.sleep(3)
            before = heard(0.0)
            assert likeness(before, own) < 0.5
            layout = Layout(scale)
            drag = Drag(path)
            drag.at(*layout.pad(0))
            drag.at(*layout.pad(MID_TOM_PAD))
            picture(f"synth-{scale}00-drag")
            drag.drop()
            until = time.monotonic() + 60
            while likeness(heard(0.0), own) < 0.9999:
                assert time.monotonic() < until, "the pad does not play what was dropped"
            picture(f"synth-{scale}00-dropped")
            out = heard(0.5)
            first, second = out[: RATE // 2], out[RATE:][: RATE // 2]
            alike = [likeness(first, own), likeness(second, own), likeness(first, second)]
            print(f"variations: {alike[0]:.2f} and {alike[1]:.2f} like the sample, {alike[2]:.2f} like each other")
            assert all(0.2 < like < 0.999 for like in alike)
            click(*layout.export())
            folder = home / "diffwav hits"
            until = time.monotonic() + 60
            while not list(folder.glob("*.wav")):
                assert time.monotonic() < until, "no file was written"
                time.sleep(0.1)
            picture(f"synth-{scale}00-exported")
            [written] = folder.glob("*.wav")
            with AudioFile(str(written)) as file:
                assert (file.samplerate, file.num_channels, file.file_dtype) == (RATE, 1, "int24"), file
                hit = file.read(file.frames)[0]
            print(f"{written.name}: {likeness(hit, second):.6f} like the hit that was heard")
            assert likeness(hit, second) > 0.9999
        finally:
            stop.set()
            close.set()
            shutil.rmtree(home)

    together(plugin, lambda plugin, stop: stop.wait(), stop, close, drive)


def again():
    plugin = synth()

    def turn(n):
        plugin.parameters["pad_1_pan"].raw_value = (n % 101) / 101

    again_and_again(plugin, play, turn)


if __name__ == "__main__":
    main(states, again=again, files=files)
