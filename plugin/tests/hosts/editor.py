"""Opens the editor in a real host on a virtual screen and takes pictures: three states, two scales; then opens and
closes it again and again while audio runs. `cargo xtask hosts --all` runs it; the pictures go to target/hosts.
"""

import os
import subprocess
import sys
import threading
import time
import traceback

import numpy as np
from common import RATE, WORK, denoise, noisy


def start(*command, **options):
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **options)


def screen(scale: int):
    """A screen with a window manager, at 96 or 192 dots per inch, under a number that nobody else has."""
    size = f"{1000 * scale}x{700 * scale}x24"
    told, tells = os.pipe()
    command = ["Xvfb", "-displayfd", str(tells), "-screen", "0", size, "-dpi", str(96 * scale), "-noreset"]
    processes = [start(*command, pass_fds=[tells])]
    os.close(tells)
    with os.fdopen(told) as file:
        # It is told when the screen can be used.
        number = file.readline().strip()
    assert number, "Xvfb did not start"
    os.environ["DISPLAY"] = f":{number}"
    settings = WORK / f"xsettings-{number}"
    settings.write_text(f"Xft/DPI {96 * scale * 1024}\nGdk/WindowScalingFactor {scale}\n")
    subprocess.run(["xrdb", "-nocpp", "-merge", "-"], input=f"Xft.dpi: {96 * scale}\n", text=True, check=True)
    processes.append(start("xsettingsd", "-c", str(settings)))
    processes.append(start("openbox"))
    time.sleep(1)
    return processes


def play(plugin, stop):
    """The recording in real time, again and again."""
    sound, block = noisy(), 480
    began, n = time.monotonic(), 0
    while not stop.is_set():
        at = n * block % (sound.shape[1] - block)
        plugin(np.ascontiguousarray(sound[:, at : at + block]), RATE, buffer_size=block, reset=False)
        n += 1
        time.sleep(max(0.0, began + n * block / RATE - time.monotonic()))


def picture(name: str):
    window = subprocess.run(["xdotool", "search", "--name", "diffwav"], capture_output=True, text=True).stdout.split()
    target = window[-1] if window else "root"
    subprocess.run(["import", "-window", target, str(WORK / f"{name}.png")], check=True)


def together(plugin, play, stop, close, drive):
    """The window until `drive` closes it, while `play` plays. What either of them raises is raised here."""
    problems = []

    def guarded(work, *arguments):
        try:
            work(*arguments)
        except BaseException as problem:
            problems.append(problem)
            stop.set()
            close.set()

    threads = [threading.Thread(target=guarded, args=work) for work in [(play, plugin, stop), (drive,)]]
    for thread in threads:
        thread.start()
    plugin.show_editor(close)
    for thread in threads:
        thread.join()
    if problems:
        raise problems[0]


def states(scale: int):
    plugin = denoise()
    stop, close = threading.Event(), threading.Event()

    def drive():
        try:
            subprocess.run(["xdotool", "mousemove", "1", "1"], check=False)
            time.sleep(9)
            picture(f"editor-{scale}00-clean")
            plugin.amount, plugin.listen, plugin.steps = "18.0 dB", "Removed", "2 steps"
            plugin.output_gain = "3.0 dB"
            time.sleep(4)
            picture(f"editor-{scale}00-removed")
            plugin.bypass = True
            plugin.listen = "Cleaned"
            time.sleep(2)
            picture(f"editor-{scale}00-bypass")
        finally:
            stop.set()
            close.set()

    together(plugin, play, stop, close, drive)


def again_and_again(plugin, play, turn, times=50):
    """Opens and closes the window while `play` plays and `turn` turns a knob."""
    stop = threading.Event()
    audio = threading.Thread(target=play, args=(plugin, stop))
    audio.start()
    for n in range(times):
        close = threading.Event()
        threading.Timer(0.1 + 0.3 * (n % 3), close.set).start()
        turn(n)
        plugin.show_editor(close)
    stop.set()
    audio.join()
    print(f"opened and closed {times} times")


def again():
    plugin = denoise()

    def turn(n):
        plugin.mix = float(n % 101)

    again_and_again(plugin, play, turn)


def main(states, **others):
    """On a screen of its own: SCALE takes pictures, SCALE NAME does something else."""
    scale = int(sys.argv[1])
    processes = screen(scale)
    code = 1
    try:
        if len(sys.argv) > 2:
            others[sys.argv[2]]()
        else:
            states(scale)
        code = 0
    except BaseException:
        traceback.print_exc()
    finally:
        # The screen goes after us: a host whose screen goes first ends with an error.
        pids = " ".join(str(process.pid) for process in reversed(processes))
        subprocess.Popen(["sh", "-c", f"sleep 1; kill {pids}"])
        sys.stdout.flush()
        os._exit(code)


if __name__ == "__main__":
    main(states, again=again)
