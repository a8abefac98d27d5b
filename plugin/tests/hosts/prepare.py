"""Writes the recording in stereo: the right channel is quieter and later, so a swap or a mixture would show."""

import numpy as np
from common import ROOT, WORK, read
from pedalboard.io import AudioFile

sound = read(ROOT / "tests/assets/noisy-speech.flac")[0]
right = 0.5 * np.concatenate([np.zeros(33, np.float32), sound[:-33]])
with AudioFile(str(WORK / "noisy.wav"), "w", 48_000, 2, bit_depth=32) as file:
    file.write(np.stack([sound, right]).astype(np.float32))
