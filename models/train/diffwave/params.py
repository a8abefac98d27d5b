"""Every hyper-parameter of the small DiffWave, in one place. In brackets: the paper's unconditional model."""
from types import SimpleNamespace
import numpy as np

params = SimpleNamespace(
    # Signal: one class, 8 kHz [16 kHz], half a second [one], transient at `onset`, peak `scale`.
    name="diffwave-kick-v1",
    groups=["kick"],
    sample_rate=8000,
    hop=160,                       # 20 ms: samples a frame of the contract; the network itself knows no frames
    frames=25,
    onset=40,
    scale=0.3,                     # at T a = 0.53 of the signal is left; a tonal kick of peak 1 would shine through the noise,
                                   # and sampling, which starts from noise alone, would begin where training never was
    speed=0.12,                    # resampled by e^+-speed
    tilt=3.0,                      # dB an octave around 1 kHz is tilt / 4, drawn from N(0, 1)
    p_short=0.2,                   # updates on a shorter call, down to `frames_short`
    frames_short=10,

    # Network: 20 layers [36], 16 channels [256], cycle 10 [12: 1 .. 2048]; receptive field 4093 samples, 512 ms.
    layers=20,
    cycle=10,
    channels=16,
    embedding=128,                 # sines and cosines of the step
    hidden=128,                    # of its two layers [512]

    # Diffusion: DiffWave BASE.
    steps=50,
    beta=(1e-4, 0.05),
    fast=[1e-4, 1e-3, 0.01, 0.05, 0.2, 0.5],
    steps_allowed=[6, 12, 25, 50],

    # Optimisation: Adam 2e-4 [same]; a decay at the end, because the run is short.
    learning_rate=1e-3,
    warmup=100,
    final_rate=0.02,
    clip=1.0,
    batch=1,                       # more updates from the same time
    ema=0.998,
)


def levels():
    """-> (beta, alpha_bar), [steps] each."""
    beta = np.linspace(*params.beta, params.steps)
    return beta, np.cumprod(1 - beta)
