"""Every hyper-parameter, in one place.  The paper's letter stands behind each where it has one.

`VARIANT=denoise-lite python -m train.train ...` (and every other command) takes that network's instead of the default one's.
"""
import os
from types import SimpleNamespace

params = SimpleNamespace(
    name=os.environ.get("VARIANT", "denoise-v7"),

    # Signal: 48 kHz, 30 ms square-root-Hann windows every 10 ms, magnitude ** 0.5 with its phase.
    sample_rate=48000,
    window=1440,                   # a whole number of hops
    hop=480,                       # H
    bins=721,                      # F = window / 2 + 1
    exponent=0.5,

    # Normalisation: a follower of the loudest frame (normalise.py); the engine computes the same.
    release_seconds=2.0,
    floor=0.05,

    # Bridge (path.py): variance exploding, sigma_t^2 = c (k^2t - 1) / (2 ln k).
    k=2.6,
    c=0.05,
    steps_allowed=[1, 2, 3, 4],

    # Network (network.py).
    bands=[(11, 2), (8, 4), (6, 9), (5, 33), (2, 224)],   # (how many, bins each): 32 bands, 721 bins
    wide_stride=16,                # the last ones in two steps: bins of the first convolution,
    wide_channels=16,              # its channels
    channels=128,                  # C; 64 in denoise-v3, 32 in denoise-v2
    dilations=[1, 2, 4, 1],        # one residual block each
    low_bands=3, past=4,           # past.py: of the bins of this many widths (3.6 kHz) this many frames are seen once more
    step_frequencies=16,           # step embedding: sin and cos of t times these, 1 .. 100
    step_width=64,
    gate_bias=(1.0, -5.0),         # min-GRU: from fast (one frame) to slow (about 1.5 s) channels

    # Optimisation (train.py): warm-up, stable, decay.
    learning_rate=2e-3,
    final_rate=0.02,               # of learning_rate, reached linearly at the end of the decay
    warmup=200,
    betas=(0.9, 0.98),
    weight_decay=0.01,
    clip=1.0,
    ema=0.999,                     # min(ema, (1 + i) / (10 + i))
    batch=1,
    seconds=2.0,
    decay_batch=1,
    decay_seconds=3.0,
    exchange=200,                  # updates between means with a run beside this one
    seed=1,

    # What a training step sees.
    p_start=0.9,                   # share of steps at t = 1 (x = y): what one-step inference needs
    p_noise_free=0.5,              # of the rest: bridge states without their noise, as the ODE visits them
    p_unroll=0.06,                 # decay only: steps unrolled N = 2, 3 from the network's own outputs
    p_follower=0.3,                # clips whose follower starts from a past loud moment
    clips=3,                       # of a scene, one after the other: the memory goes on
    p_remember=0.15,               # scenes whose memory comes from the one before,
    p_silence=0.08,                # from silence, a clip longer than the last time,
    silence_again=0.02,            # unless it starts again

    # Loss (loss.py).
    loss_magnitude=0.5,
    loss_complex=0.5,
    loss_fine=2.0,                 # the same on magnitude ** 0.3: quiet bins, where noise is heard, count
    loss_suppression=0.3,          # ReLU(m_x - m_e)^2: speech taken away costs more than noise left
    loss_fine_suppression=0.25,    # ReLU on those
    loss_perceptual=0.04,          # PESQ's disturbance
    loss_intelligibility=0.3,      # 1 - ESTOI
    loss_cut=0.15,                 # active frames more than 6 dB below the reference, per 10 dB
    loss_log=0.02,                 # log-spectral distance, per 10 dB
    loss_snr=0.075,                # per 10 dB of plain (scale-sensitive) SNR
    loss_alone=0.05,               # noise alone: what is left of it, per 10 dB
    loss_untouched=8.0,            # times perceptual, cut and log where the input's SNR is over 24 dB already
    loss_corner=10000.0,           # Hz; bins weigh 1 / (1 + f / corner), in all one

    # Mixtures (mixing.py).
    snr=(-5.0, 20.0),              # dB
    p_nearly_clean=0.25,           # SNR 25 .. 60 dB
    p_no_noise=0.6,                # of those: no noise at all
    spared_snr=30.0,               # dB, from which on noise may stay,
    spared=-15.0,                  # so many dB lower
    p_noise_only=0.1,
    level=(-27.0, 6.0),            # dBFS of the active speech: mean, deviation
    p_level_jump=0.04,
    p_quiet=0.05,                  # level -45 .. -65 dBFS
    p_room=0.5,
    p_real_room=0.65,              # of the rooms
    p_vary_room=0.8,               # of those: size, damping and distance changed
    early_seconds=0.05,            # of a room that stay in the target
    p_equaliser=0.6,
    p_synthetic=0.22,              # coloured noise, hum, fan, clicks, babble
    p_two_noises=0.30,
    p_lowpass=0.12,                # full-band clips cut at 4 .. 16 kHz
    p_speed=0.75,                  # resampling of the speech by e^+-0.22
    speed=0.22,

    # What is different from the decay on.
    decay=dict(loss_perceptual=0.06, loss_intelligibility=0.5, loss_cut=0.3, loss_snr=0.25),
)

VARIANTS = {
    "denoise-v7": {},
    "denoise-lite": dict(hop=720, channels=32, dilations=[1, 2], past=0, learning_rate=3e-3, p_start=0.85, p_unroll=0.08,
                         clips=1, p_remember=0.0, p_silence=0.0, p_nearly_clean=0.1, p_no_noise=0.0, spared_snr=100.0, p_noise_only=0.07,
                         loss_alone=0.0, loss_untouched=1.0,
                         decay=dict(loss_perceptual=0.05, loss_intelligibility=0.4, loss_cut=0.1, loss_snr=0.1)),
}
vars(params).update(VARIANTS[params.name])
