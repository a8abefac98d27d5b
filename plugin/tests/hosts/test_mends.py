"""The mends of plugin/patches are in the bundle.

With the framework as published, a task for an instance that is gone ends the thread of all others, and dropping the
last instance then aborts the host: 6 of 6 runs like this one did.
"""

import subprocess
import sys
import threading

import numpy as np
from common import RATE, denoise, main


def storm(cycles: int) -> None:
    """Instances come and go, and while they live their parameters change from two threads."""
    sound = np.random.default_rng(1).standard_normal((2, 2048)).astype(np.float32) * 0.1
    for cycle in range(cycles):
        plugins = [denoise() for _ in range(1 + cycle % 3)]
        stop = threading.Event()

        def turn(plugin):
            n = 0
            while not stop.is_set():
                n += 1
                plugin.mix = float(n % 101)
                plugin.parameters["amount"].raw_value = (n % 37) / 37

        threads = [threading.Thread(target=turn, args=(plugin,)) for plugin in plugins]
        for thread in threads:
            thread.start()
        for plugin in plugins:
            plugin(sound, RATE, buffer_size=64)
        stop.set()
        for thread in threads:
            thread.join()
        del plugins, plugin


def hosts_survive_instances_that_come_and_go():
    # In a process of its own: an abort must fail the test, not end it.
    run = subprocess.run([sys.executable, __file__, "storm"], capture_output=True, text=True)
    assert run.returncode == 0, f"the host ended with {run.returncode}: {run.stderr[-600:]}"


if __name__ == "__main__":
    if sys.argv[1:] == ["storm"]:
        storm(60)
    else:
        main([hosts_survive_instances_that_come_and_go])
