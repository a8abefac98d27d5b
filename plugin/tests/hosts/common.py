"""What all host tests share: the bundle, the recording, and what file mode makes of it."""

import os
import sys
from pathlib import Path

import numpy as np
from pedalboard import load_plugin
from pedalboard.io import AudioFile

ROOT = Path(os.environ["DIFFWAV_ROOT"])
VST3 = str(ROOT / "target/bundled/diffwav.vst3")
WORK = ROOT / "target/hosts"
RATE = 48_000


def denoise(bundle: str = VST3):
    """The effect of the two plugins in the bundle."""
    return load_plugin(bundle, plugin_name="diffwav Denoise")


def synth():
    """The instrument."""
    return load_plugin(VST3, plugin_name="diffwav Synth")


def read(path: Path) -> np.ndarray:
    """Samples, float32 [channels, frames], at 48 kHz."""
    with AudioFile(str(path)) as file:
        assert file.samplerate == RATE, file.samplerate
        return file.read(file.frames)


def noisy() -> np.ndarray:
    """The recording as stereo; the channels differ in level, so a swap would show."""
    return read(WORK / "noisy.wav")


def cleaned(name: str = "cleaned") -> np.ndarray:
    """What `diffwav denoise` wrote."""
    return read(WORK / f"{name}.wav")


def compare(name: str, out: np.ndarray, expected: np.ndarray, tolerance: float) -> None:
    """Both as long and equal to within `tolerance` (full scale is 1)."""
    assert out.shape == expected.shape, f"{name}: {out.shape} against {expected.shape}"
    worst = float(np.abs(out - expected).max())
    assert worst <= tolerance, f"{name}: differs by {worst}"
    print(f"  {name}: differs by {worst:.1e} at most")


def level(signal: np.ndarray) -> float:
    """RMS in dB."""
    return float(10 * np.log10(np.mean(signal.astype(np.float64) ** 2) + 1e-20))


def main(tests) -> None:
    """Runs the tests; the exit status says whether all held."""
    failed = 0
    for test in tests:
        try:
            test()
            print(f"ok   {test.__name__}", flush=True)
        except AssertionError as problem:
            failed += 1
            print(f"FAIL {test.__name__}: {problem}", flush=True)
    sys.exit(1 if failed else 0)
