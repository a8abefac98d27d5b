"""Ardour's headless export of a session with the plugin on a track: aligned, and not one hop late.

Ardour runs plugins all the time and does not reset them for an export, so the network has heard silence before and its
frames lie elsewhere than in a file: the result is as good, but not the same bits. Bypass must be the same bits.

Ardour has no command that imports audio without its window, so the region is written into the session file.
"""

import base64
import os
import shutil
import subprocess
import sys
import xml.etree.ElementTree as xml

import numpy as np
from common import RATE, ROOT, WORK, cleaned, compare, level, main, noisy, read
from pedalboard.io import AudioFile

HOME = WORK / "ardour"
SESSION = HOME / "session"
LIBRARIES = "/usr/lib/ardour7"
ENVIRONMENT = os.environ | {
    "HOME": str(HOME),
    "ARDOUR_DATA_PATH": "/usr/share/ardour7",
    "ARDOUR_CONFIG_PATH": "/etc/ardour7",
    "ARDOUR_DLL_PATH": LIBRARIES,
}
# Ardour's clock: ticks in a second.
TICKS = 282_240_000
# The id of the bypass parameter: the framework's hash of "bypass".
BYPASS = 773352680
# The class id of the plugin, as Ardour writes it.
PLUGIN = b"diffwavDenoise01".hex().upper()

SCRIPT = """
AudioEngine:set_backend("None (Dummy)", "", "")
local session = create_session("%(session)s", "session", %(rate)d)
for track in session:new_audio_track(2, 2, nil, 1, "voice", -1, ARDOUR.TrackMode.Normal, true):iter() do
  local plugin = ARDOUR.LuaAPI.new_plugin(session, "%(plugin)s", ARDOUR.PluginType.VST3, "")
  assert(not plugin:isnil(), "Ardour does not know the plugin")
  assert(track:add_processor_by_index(plugin, 0, nil, true) == 0)
end
session:save_state("")
close_session()
quit()
"""


def run(*command, **environment):
    done = subprocess.run(command, env=ENVIRONMENT | environment, capture_output=True, text=True, timeout=300)
    text = done.stdout + done.stderr
    assert done.returncode == 0, f"{command[0]}: {text[-800:]}"
    return text


def install():
    """The bundle where Ardour looks; it trusts what it knows of a bundle only if that is younger."""
    shutil.rmtree(HOME, ignore_errors=True)
    bundle = HOME / ".vst3/diffwav.vst3"
    shutil.copytree(ROOT / "target/bundled/diffwav.vst3", bundle)
    for path in [bundle, *bundle.rglob("*")]:
        os.utime(path, (1_700_000_000, 1_700_000_000))
    run(f"{LIBRARIES}/ardour-vst3-scanner", "-f", str(bundle), LD_LIBRARY_PATH=LIBRARIES)
    for path in HOME.rglob("*.v3i"):
        path.touch()


def place_the_recording():
    """Two mono files and a region of both into the session file."""
    sound = noisy()
    folder = SESSION / "interchange/session/audiofiles"
    folder.mkdir(parents=True, exist_ok=True)
    for name, plane in zip("LR", sound):
        with AudioFile(str(folder / f"voice%{name}.wav"), "w", RATE, 1, bit_depth=32) as file:
            file.write(plane[None])
    path = SESSION / "session.ardour"
    tree = xml.parse(path)
    root = tree.getroot()
    sources = root.find("Sources")
    for channel, name in enumerate("LR"):
        xml.SubElement(sources, "Source", {
            "name": f"voice%{name}.wav", "take-id": "", "type": "audio", "flags": "", "id": str(9001 + channel),
            "channel": "0", "origin": "", "gain": "1",
        })
    length = sound.shape[1] * TICKS // RATE
    region = {
        "name": "voice", "muted": "0", "opaque": "1", "locked": "0", "video-locked": "0", "automatic": "0",
        "import": "0", "external": "0", "hidden": "0", "position-locked": "0", "valid-transients": "0",
        "start": "a0", "length": f"a{length}@a0", "sync-position": "a0", "ancestral-start": "a0",
        "ancestral-length": f"a{length}@a0", "stretch": "1", "shift": "1", "layering-index": "0", "tags": "",
        "contents": "0", "envelope-active": "0", "default-fade-in": "0", "default-fade-out": "0",
        "fade-in-active": "0", "fade-out-active": "0", "scale-amplitude": "1", "type": "audio",
        "first-edit": "nothing", "layer": "0", "channels": "2", "source-0": "9001", "source-1": "9002",
        "master-source-0": "9001", "master-source-1": "9002",
    }
    xml.SubElement(root.find("Regions"), "Region", region | {"id": "9003", "whole-file": "1"})
    playlist = root.find("Playlists/Playlist[@name='voice']")
    xml.SubElement(playlist, "Region", region | {"id": "9004", "whole-file": "0"})
    xml.SubElement(root.find("Locations"), "Location", {
        "id": "9005", "name": "session", "start": "a0", "end": f"a{length}", "flags": "IsSessionRange",
        "locked": "0", "timestamp": "0", "cue": "0",
    })
    root.set("id-counter", "9999")
    tree.write(path, encoding="UTF-8", xml_declaration=True)


def switch_bypass_on():
    """In the state that Ardour saved: the parameter, and the plugin's own text."""
    path = SESSION / "session.ardour"
    tree = xml.parse(path)
    plugin = tree.getroot().find(".//vst3")
    for port in plugin.findall("Port"):
        if port.get("id") == str(BYPASS):
            port.set("value", "1")
    chunk = plugin.find("chunk")
    state = base64.b64decode(chunk.text)
    # As long as before: lengths are saved too.
    assert state.count(b'"bypass":{"bool":false}') == 1
    chunk.text = base64.b64encode(state.replace(b'"bypass":{"bool":false}', b'"bypass":{"bool":true }')).decode()
    tree.write(path, encoding="UTF-8", xml_declaration=True)


def export(name: str, bypass: bool) -> np.ndarray:
    """A fresh session, exported."""
    shutil.rmtree(SESSION, ignore_errors=True)
    script = HOME / "session.lua"
    script.write_text(SCRIPT % {"session": SESSION, "rate": RATE, "plugin": PLUGIN})
    run("ardour7-lua", str(script))
    place_the_recording()
    if bypass:
        switch_bypass_on()
    tool = f"{LIBRARIES}/utils/ardour7-export"
    run(tool, "-b", "float", "-o", str(WORK / name), str(SESSION), "session", LD_LIBRARY_PATH=LIBRARIES)
    out = read(WORK / name)
    assert out.shape == noisy().shape, f"{out.shape} against {noisy().shape}"
    return out


def bypass_is_aligned_to_the_bit():
    install()
    compare("Ardour's export in bypass", export("ardour-bypass.wav", True), noisy(), 0)


def an_export_is_cleaned_and_nothing_is_late():
    out, sound, expected = export("ardour.wav", False), noisy(), cleaned()
    difference = level(out - expected) - level(expected)
    print(f"  against diffwav denoise: {difference:.1f} dB of the signal")
    assert difference < -12
    # A hop that is late would let the input through.
    hops = sound.shape[1] // 480
    energy = lambda x: np.array([level(x[:, 480 * n : 480 * (n + 1)]) for n in range(hops)])
    before, after, file = energy(sound), energy(out), energy(expected)
    noise = file < before - 20
    worst = (after - before)[noise].max()
    print(f"  of {noise.sum()} hops of noise the loudest falls by {-worst:.1f} dB")
    assert noise.sum() > 50 and worst < -6


if __name__ == "__main__":
    if not shutil.which("ardour7-lua"):
        sys.exit("Ardour 7 is not installed (Debian: apt-get install --no-install-recommends ardour)")
    main([bypass_is_aligned_to_the_bit, an_export_is_cleaned_and_nothing_is_late])
