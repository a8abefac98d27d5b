"""A bundle whose ONNX Runtime library is missing, cut off or not a library at all: the embedded engine cleans."""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from common import RATE, ROOT, cleaned, denoise, main, noisy

# Another engine sums in another order.
TOLERANCE = 1e-3


def broken(harm: str, folder: Path) -> Path:
    """A copy of the bundle, outside of the build folder, where no other library is near."""
    bundle = folder / "diffwav.vst3"
    shutil.copytree(ROOT / "target/bundled/diffwav.vst3", bundle)
    for library in bundle.rglob("libonnxruntime*"):
        size = library.stat().st_size
        match harm:
            case "missing":
                library.unlink()
            case "truncated":
                with library.open("r+b") as file:
                    file.truncate(size // 3)
            case "garbage":
                library.write_bytes(np.random.default_rng(1).bytes(100_000))
            case "damaged":
                with library.open("r+b") as file:
                    file.seek(size // 2)
                    file.write(b"\xff" * 4096)
    return bundle


def every_harm_leaves_a_working_plugin():
    for harm in ["missing", "truncated", "garbage", "damaged"]:
        # Each in a process of its own: a crash must fail the test, not end it.
        run = subprocess.run([sys.executable, __file__, harm], capture_output=True, text=True, timeout=300)
        assert run.returncode == 0, f"{harm}: the host ended with {run.returncode}: {run.stderr[-600:]}"
        print(f"  {harm}: {run.stdout.strip()}")


if __name__ == "__main__":
    if sys.argv[1:]:
        with tempfile.TemporaryDirectory() as folder:
            out = denoise(str(broken(sys.argv[1], Path(folder))))(noisy(), RATE)
            worst = float(np.abs(out - cleaned()).max())
            assert np.isfinite(out).all() and worst < TOLERANCE, f"differs by {worst}"
            print(f"cleans, and differs from the file by {worst:.1e}")
    else:
        main([every_harm_leaves_a_working_plugin])
