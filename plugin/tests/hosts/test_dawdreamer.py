"""The VST3 in DawDreamer. It bounces faster than real time and never says so: not one hop may be late."""

import dawdreamer
import numpy as np
from common import RATE, VST3, cleaned, compare, main, noisy

TOLERANCE = 2e-5


def render(block: int, settings=()):
    engine = dawdreamer.RenderEngine(RATE, block)
    sound = noisy()
    playback = engine.make_playback_processor("sound", sound)
    plugin = engine.make_plugin_processor("denoise", VST3)
    for index, value in settings:
        plugin.set_parameter(index, value)
    assert engine.load_graph([(playback, []), (plugin, ["sound"])])
    latency = plugin.get_latency_samples()
    engine.render((sound.shape[1] + latency) / RATE + 0.1)
    out = engine.get_audio()[:, latency : latency + sound.shape[1]]
    return np.ascontiguousarray(out)


def a_file_is_cleaned_as_the_command_does():
    for block in [64, 512, 1024]:
        compare(f"blocks of {block}", render(block), cleaned(), TOLERANCE)


def two_bounces_null():
    compare("a second bounce", render(512), render(512), 0)


if __name__ == "__main__":
    main([a_file_is_cleaned_as_the_command_does, two_bounces_null])
