"""Every hyper-parameter of the vocoder, in one place."""
from types import SimpleNamespace

params = SimpleNamespace(
    # Signal: 24 kHz, 512-sample square-root-Hann windows every 256, magnitude ** 0.5 with its phase.
    sample_rate=24000,
    window=512,
    hop=256,
    bins=257,                      # F
    exponent=0.5,

    # Mel frames, as HiFi-GAN's `mel_spectrogram` makes them and BigVGAN's 24khz_100band uses them (mel.py).
    fft=1024,
    bands_mel=100,                 # M
    low=0.0,
    high=12000.0,
    floor=1e-5,
    lookahead=2,                   # mel frames that the network sees beyond the frame it makes
    bound=0.5,                     # the pseudo-inverse is at least this times the interpolated mel

    # Projection onto the mel frames at the end (project.py).
    stages=16,
    stages_trained=2,              # in the loss
    momentum=0.9,
    relax=1.3,
    limit=3.0,                     # nepers
    p_project=0.75,                # training steps whose loss is taken behind the projection

    # Path: x_t = (1 - t) x0 + t (1 + sigma z), everything divided by the pseudo-inverse mel.
    sigma=0.7,
    steps_allowed=[1, 2, 3, 4, 6],

    # Network (network.py).
    bands=[(16, 2), (8, 4), (8, 8), (4, 16), (1, 32), (1, 33)],    # (how many, bins each): 38 bands, 257 bins
    channels=32,                   # C
    dilations=[1, 2, 4, 8],
    step_frequencies=16,
    step_width=64,
    gate_bias=(1.0, -5.0),
    pitch_bands=64,                # mel bands that the pitch head hears: up to 2.1 kHz
    pitch_width=96,
    pitch_lowest=55.0,             # Hz
    pitch_bins=160,
    pitch_cents=25.0,
    lobe=0.62,                     # bins: width of a harmonic in a frame

    # Optimisation.
    learning_rate=3e-3,
    final_rate=0.02,
    warmup=200,
    betas=(0.9, 0.98),
    weight_decay=0.01,
    clip=1.0,
    ema=0.999,
    batch=1,
    seconds=2.0,
    seed=1,

    # What a training step sees.
    level=(-25.0, 6.0),            # dBFS of the active speech
    p_speed=0.6,
    speed=0.2,                     # resampling by e^+-speed
    p_true_pitch=0.7,              # excitation from the analysed F0 instead of the pitch head's own
    p_between=0.12,                # steps at a random t < 1 of the forward process
    p_unroll=0.15,                 # decay: short reverse processes from the network's own outputs

    # Loss.
    windows=(128, 256, 512, 1024, 2048),
    loss_mel=0.1,
    loss_pitch=0.05,
    loss_between=0.1,
)
