"""Opens the instrument's window in a real host on a virtual screen and takes pictures in three states, at one scale; then
opens and closes it again and again while notes play. `cargo xtask hosts --all` runs it; the pictures go to target/hosts.
"""

import subprocess
import threading
import time

from common import RATE, WORK, synth
from editor import again_and_again, main, together
from test_synth import STEP, messages, pattern


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


def click(x: int, y: int):
    """At a place of the window."""
    window = subprocess.run(["xdotool", "search", "--name", "diffwav"], capture_output=True, text=True).stdout.split()
    command = ["xdotool", "mousemove", "--window", window[-1], str(x), str(y), "click", "1"]
    subprocess.run(command, check=False)


def states(scale: int):
    plugin = synth()
    stop, close = threading.Event(), threading.Event()

    def drive():
        try:
            subprocess.run(["xdotool", "mousemove", "1", "1"], check=False)
            time.sleep(25)
            picture(f"synth-{scale}00-plays")
            # The snare's pad, below the middle of the left half.
            click(170 * scale, 420 * scale)
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


def again():
    plugin = synth()

    def turn(n):
        plugin.parameters["pad_1_pan"].raw_value = (n % 101) / 101

    again_and_again(plugin, play, turn)


if __name__ == "__main__":
    main(states, again)
