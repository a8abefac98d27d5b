"""The instrument in pedalboard, playing a drum pattern through the real network. (DawDreamer opens the first plugin of a
bundle only, which is the effect.)

It writes target/hosts/pattern.wav, which the README's picture was made from.
"""

import numpy as np
from common import RATE, WORK, compare, level, main, synth
from pedalboard.io import AudioFile

KICK, SNARE, CLOSED, OPEN, CRASH, RIDE, LOW, HIGH = 36, 38, 42, 46, 49, 51, 41, 48
# A sixteenth at 120 beats a minute, in frames.
STEP = RATE // 8


def bar(lines: dict, accents: str = "") -> list:
    """(step, note, velocity) of lines of x (loud), o (soft) and dots, sixteen steps a bar."""
    loud = {"x": 120, "o": 70}
    notes = []
    for note, line in lines.items():
        assert len(line) % 16 == 0
        notes += [(step, note, loud[sign]) for step, sign in enumerate(line) if sign in loud]
    return sorted(notes)


def pattern() -> list:
    """Two bars and a last stroke."""
    notes = bar({
        KICK: "x.....x.x......." "x.....x.x..x....",
        SNARE: "....x.......x..o" "....x.......xoox",
        CLOSED: "x.o.x.o.x.o.x..." "x.o.x.o.x.......",
        OPEN: "..............x." "................",
        HIGH: "................" "..........x.o...",
        LOW: "................" ".............xx.",
    })
    return notes + [(32, CRASH, 120), (32, KICK, 120)]


def messages(notes: list) -> list:
    """MIDI as pedalboard takes it: bytes and seconds."""
    events = []
    for step, note, velocity in notes:
        events.append((bytes([0x90, note, velocity]), step * STEP / RATE))
        events.append((bytes([0x80, note, 0]), (step + 0.5) * STEP / RATE))
    return sorted(events, key=lambda event: event[1])


def render(plugin, notes: list, seconds: float, block: int = 512) -> np.ndarray:
    return plugin(messages(notes), duration=seconds, sample_rate=RATE, num_channels=2, buffer_size=block)


def quick():
    """An instance that makes its hits in few steps: for what does not depend on how they sound."""
    plugin = synth()
    plugin.steps = "4 steps"
    return plugin


def row(note: int, count: int, every: int = 8, velocity: int = 127) -> list:
    return [(every * n, note, velocity) for n in range(count)]


def hits(sound: np.ndarray, count: int, every: int = 8) -> list:
    return [sound[0, every * STEP * n : every * STEP * (n + 1)] for n in range(count)]


def it_is_an_instrument():
    plugin = synth()
    assert plugin.name == "diffwav Synth" and plugin.manufacturer_name == "diffwav"
    assert plugin.is_instrument and not plugin.is_effect
    for name in ["output", "velocity_to_level", "bend_range", "pad_1_variation", "pad_16_choke_group"]:
        assert name in plugin.parameters, f"{name} is not in {list(plugin.parameters)[:20]}"


def a_pattern_is_played_on_its_beats():
    out = render(synth(), pattern(), 5.5)
    assert np.isfinite(out).all() and np.abs(out).max() < 4
    with AudioFile(str(WORK / "pattern.wav"), "w", RATE, 2, bit_depth=24) as file:
        file.write(0.8 * out / np.abs(out).max())
    mono = out.mean(axis=0)
    for step, note, velocity in pattern():
        at = step * STEP
        before, after = level(mono[max(0, at - 240) : at]), level(mono[at : at + 480])
        assert after > -60, f"note {note} at step {step}: {after:.0f} dB"
        # The loud ones stand out of whatever still rings.
        if velocity == 120 and note in (KICK, SNARE):
            assert step == 0 or after > before + 3, f"note {note} at step {step}: {before:.0f}, then {after:.0f} dB"


def a_note_begins_on_its_sample():
    """Before the note there is digital silence; from its sample on there is not."""
    plugin = quick()
    for start in [1000, 4801, 12_345]:
        events = [(bytes([0x90, KICK, 127]), start / RATE)]
        out = plugin(events, duration=1.0, sample_rate=RATE, num_channels=2, buffer_size=512)
        first = int(np.argmax(np.abs(out[0]) > 0))
        # pedalboard rounds times down to a frame.
        assert start - 1 <= first <= start + 2, f"the note at {start} begins at {first}"


def velocity_is_level():
    plugin = quick()
    plugin.pad_1_variation = 0.0
    plugin.velocity_to_brightness = 0.0
    peaks = []
    for velocity in [127, 64, 32]:
        out = render(plugin, row(KICK, 1, velocity=velocity), 1.0)
        peaks.append(float(np.abs(out).max()))
    print(f"  peaks {', '.join(f'{peak:.4f}' for peak in peaks)}")
    for velocity, peak in zip([127, 64, 32], peaks):
        assert abs(peak / peaks[0] - (velocity / 127) ** 2) < 1e-3


def no_two_hits_are_equal_and_without_variation_all_are():
    plugin = quick()
    fresh = hits(render(plugin, row(SNARE, 12), 12.0), 12)
    for a in range(12):
        for b in range(a):
            assert not np.array_equal(fresh[a], fresh[b]), f"hits {a} and {b}"
    correlation = [np.corrcoef(fresh[0][:9600], hit[:9600])[0, 1] for hit in fresh[1:]]
    print(f"  correlation with the first: {min(correlation):.2f} to {max(correlation):.2f}")
    plugin.pad_2_variation = 0.0
    same = hits(render(plugin, row(SNARE, 12), 12.0), 12)
    for hit in same[1:]:
        assert np.array_equal(same[0], hit)


def two_bounces_null_at_any_block_size():
    plugin = quick()
    first = render(plugin, pattern(), 5.5)
    compare("a second bounce", render(plugin, pattern(), 5.5), first, 0)
    for block in [64, 4096]:
        compare(f"blocks of {block}", render(plugin, pattern(), 5.5, block), first, 0)
    compare("another instance", render(quick(), pattern(), 5.5), first, 0)


def a_state_brings_the_song_back():
    first = quick()
    for name, value in [("pad_1_variation", 0.8), ("pad_2_tune", 0.6), ("pad_3_pan", 0.25)]:
        first.parameters[name].raw_value = value
    out = render(first, pattern(), 5.5)
    second = synth()
    second.raw_state = first.raw_state
    compare("the restored instance", render(second, pattern(), 5.5), out, 0)


if __name__ == "__main__":
    main([
        it_is_an_instrument,
        a_pattern_is_played_on_its_beats,
        a_note_begins_on_its_sample,
        velocity_is_level,
        no_two_hits_are_equal_and_without_variation_all_are,
        two_bounces_null_at_any_block_size,
        a_state_brings_the_song_back,
    ])
