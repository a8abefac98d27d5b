"""The VST3 in pedalboard, which reports latency, compensates it and takes blocks of any size."""

import numpy as np
from common import RATE, VST3, cleaned, compare, denoise, level, main, noisy

# One frame a call of the network against many: the engine may sum in another order.
TOLERANCE = 2e-5


def load():
    return denoise()


def load_unlinked():
    plugin = load()
    plugin.link_channels = False
    return plugin


def names_and_parameters():
    plugin = load()
    assert plugin.name == "diffwav Denoise", plugin.name
    assert plugin.manufacturer_name == "diffwav", plugin.manufacturer_name
    assert plugin.is_effect and not plugin.is_instrument
    expected = {"amount", "mix", "steps", "link_channels", "adaptive_quality", "input_gain", "output_gain", "listen", "bypass", "model", "device"}
    assert set(plugin.parameters) == expected, set(plugin.parameters)


def a_file_is_cleaned_as_the_command_does():
    plugin = load()
    out = plugin(noisy(), RATE)
    compare("pedalboard against diffwav denoise", out, cleaned(), TOLERANCE)


def noise_goes_and_speech_stays():
    sound, out = noisy(), load()(noisy(), RATE)
    frames = sound.shape[1] // 480
    energy = lambda x: np.array([level(x[:, 480 * n : 480 * (n + 1)]) for n in range(frames)])
    before, after = energy(sound), energy(out)
    quiet, loud = before < np.percentile(before, 20), before > np.percentile(before, 90)
    noise, speech = (before - after)[quiet].mean(), (before - after)[loud].mean()
    print(f"  pauses fall by {noise:.1f} dB, the loudest tenth by {speech:.1f} dB")
    assert noise > 8 and speech < 3 and noise > speech + 6


def two_bounces_null():
    plugin = load()
    first, second = plugin(noisy(), RATE), plugin(noisy(), RATE)
    compare("a second bounce", second, first, 0)
    compare("another instance", load()(noisy(), RATE), first, 0)


def every_block_size_gives_the_same():
    reference = load()(noisy(), RATE, buffer_size=512)
    for size in [64, 441, 1024, 8192]:
        compare(f"blocks of {size}", load()(noisy(), RATE, buffer_size=size), reference, 0)


def settings_do_what_the_command_does():
    plugin = load()
    plugin.amount = "12.0 dB"
    compare("12 dB at most", plugin(noisy(), RATE), cleaned("limited"), TOLERANCE)
    plugin.listen = "Removed"
    plugin.amount = "no limit"
    compare("what is removed", plugin(noisy(), RATE), noisy() - cleaned(), 5e-5)
    compare("each channel for itself", load_unlinked()(noisy(), RATE), cleaned("unlinked"), TOLERANCE)
    plugin.bypass = True
    compare("bypass", plugin(noisy(), RATE), noisy(), 0)


def a_state_is_saved_and_restored():
    first = load()
    first.amount, first.mix, first.steps, first.output_gain = "18.0 dB", "80 %", "2 steps", "-3.0 dB"
    out = first(noisy(), RATE)
    second = load()
    second.raw_state = first.raw_state
    compare("the restored instance", second(noisy(), RATE), out, 0)
    for name in ["amount", "mix", "steps", "output_gain"]:
        a, b = getattr(first, name), getattr(second, name)
        assert a == b, f"{name}: {a} and {b}"


def mono_and_other_rates_work():
    mono = noisy()[:1]
    out = load()(mono, RATE)
    assert out.shape == mono.shape
    compare("mono is the left of stereo, unlinked", out, cleaned("unlinked")[:1], TOLERANCE)
    for rate in [44_100, 96_000]:
        out = load()(noisy(), rate)
        assert out.shape == noisy().shape and np.isfinite(out).all()
        assert level(out) < level(noisy()) - 0.3


if __name__ == "__main__":
    main([
        names_and_parameters,
        a_file_is_cleaned_as_the_command_does,
        noise_goes_and_speech_stays,
        two_bounces_null,
        every_block_size_gives_the_same,
        settings_do_what_the_command_does,
        a_state_is_saved_and_restored,
        mono_and_other_rates_work,
    ])
