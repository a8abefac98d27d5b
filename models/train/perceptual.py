"""PESQ's disturbances (ITU-T P.862.2, wide band), differentiable, on spectra at 48 kHz; after torch-pesq (MIT, audiolabs), whose
tables these are.  No time alignment; filters are applied to the spectra.

Hann windows of 32 ms, half overlapping; bins up to 8 kHz; Bark bands; bands equalised by their mean ratio; frames by their power
ratio; Zwicker loudness; the difference beyond a dead zone, symmetric and (noise added, the worse) asymmetric; L6 over 320 ms, L2 over
the clip.   MOS before its logistic curve = 4.5 - .1 symmetric - .0309 asymmetric.
"""
import math
import torch

WIDTHS = [1, 1, 1, 1, 1, 1, 1, 1, 2, 1, 1, 1, 1, 1, 2, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 3, 3, 3, 3, 4, 3, 4, 5, 4, 5, 6, 6, 7, 8, 9, 9, 12, 12, 15,
          16, 18, 21, 25, 20]                            # bins of each band
BARK = [.157344, .317994, .322441, .326934, .331474, .336061, .340697, .345381, .350114, .354897, .359729, .364611, .369544, .374529, .379565,
        .384653, .389794, .394989, .400236, .405538, .410894, .416306, .421773, .427297, .432877, .438514, .444209, .449962, .455774, .461645,
        .467577, .473569, .479621, .485736, .491912, .498151, .504454, .510819, .517250, .523745, .530308, .536934, .543629, .550390, .557220,
        .564119, .571085, .578125, .585232]              # width of each band
CORRECTION = [100, 100, 100, 100, 100, 100, 100, 100, 50, 100, 100, 100, 100, 100, 53.047077, 110.000046, 117.991989, 65, 68.760147, 69.999931,
              71.428818, 75.000038, 76.843384, 80.968781, 88.646126, 63.864388, 68.155350, 72.547775, 75.584831, 58.379192, 80.950836,
              64.135651, 54.384785, 73.821884, 64.437073, 59.176456, 65.521278, 61.399822, 58.144047, 57.004543, 64.126297, 54.311001,
              61.114979, 55.077751, 56.849335, 55.628868, 53.137054, 54.985844, 79.546974]
THRESHOLD = [51286152, 2454709.5, 70794.593750, 4897.788574, 1174.897705, 389.045166, 104.712860, 45.708820, 17.782795, 9.772372, 4.897789,
             3.090296, 1.905461, 1.258925, .977237, .724436, .562341, .457088, .389045, .331131, .295121, .269153, .257040, .251189, .251189,
             .251189, .251189, .263027, .288403, .309030, .338844, .371535, .398107, .436516, .467735, .489779, .501187, .501187, .512861,
             .524807, .524807, .524807, .512861, .478630, .426580, .371535, .363078, .416869, .537032]
WINDOW, HOP, BINS = 1536, 768, 256                       # 32 ms at 48 kHz: PESQ's bins of 31.25 Hz

bark, threshold = torch.tensor(BARK), torch.tensor(THRESHOLD)
total = float(bark[1:].sum())
hz = torch.arange(BINS) * 31.25
w = torch.exp(-1j * 2 * math.pi * hz / 16000)
EMPHASIS = (2.740826 * (1 - 2 * w + w * w) / (1 - 1.9444777 * w + .94597794 * w * w)).abs().square()      # |H|^2 of the input filter
EMPHASIS[0] = 0
SPEECH = ((hz >= 325) & (hz <= 3250)).float()            # the band that sets the level
BANDS = torch.zeros(BINS, 49)
for band, (end, width) in enumerate(zip(torch.tensor(WIDTHS).cumsum(0).tolist(), WIDTHS)):
    BANDS[end - width:end, band] = CORRECTION[band] * 6.910853e-6
centre = bark.cumsum(0) - bark / 2
EXPONENT = (6 / (centre + 2)).clamp(1, 2) ** .15 * .23


def bands(audio):                                        # [B, N] -> power in Bark bands [B, T, 49], at PESQ's level
    frames = audio.unfold(-1, WINDOW, HOP) * torch.hann_window(WINDOW, device=audio.device)
    power = torch.view_as_real(torch.fft.rfft(frames)[..., :BINS]).square().sum(-1)
    level = (power @ SPEECH.to(audio.device)).mean(-1) * 2 / (WINDOW * WINDOW * .375)       # mean square of the samples
    power = power * (1e7 * 1.04684 / 9 / (level + 1e-12))[:, None, None]                    # a third of the rate: a ninth
    return (power * EMPHASIS.to(audio.device)) @ BANDS.to(audio.device)


def audible(p, factor):                                  # [B, T, 49]
    return p * (p > threshold.to(p.device) * factor)


def loudness(p):
    limit, exponent = threshold.to(p.device), EXPONENT.to(p.device)
    loud = (2 * limit) ** exponent * ((.5 + .5 * p / limit) ** exponent - 1)
    return loud * (p > limit) * .1866055


def over_time(d):                                        # [B, T] -> [B]
    d = d.clamp(1e-4, 45).unfold(-1, 20, 10)
    return ((d ** 6).mean(-1) ** (1 / 6)).square().mean(-1).sqrt()


def disturbance(reference, degraded):
    """[B, N] samples at 48 kHz, at least .4 s -> .1 symmetric + .0309 asymmetric disturbance [B]; 0 is perfect, about 3 is bad."""
    ref, deg = bands(reference), bands(degraded)
    heard = (audible(ref, 100).sum(-1) > 1e7)[..., None]
    mean = lambda p: (audible(p, 100) * heard).mean(1, keepdim=True) + 1000
    ref = ref * (mean(deg) / mean(ref)).clamp(.01, 100)
    ratio = (audible(ref, 1).sum(-1) + 5e3) / (audible(deg, 1).sum(-1) + 5e3)
    ratio = torch.cat((ratio[:, :1], .8 * ratio[:, 1:] + .2 * ratio[:, :-1]), 1).clamp(3e-4, 5)
    deg = deg * ratio[..., None]
    a, b = loudness(deg), loudness(ref)
    d = a - b
    d = d.sign() * (d.abs() - .25 * torch.minimum(a, b)).relu()
    unlike = ((deg + 50) / (ref + 50)) ** 1.2
    unlike = torch.where(unlike < 3, 0, unlike.clamp(max=12))
    wide, d = bark[1:].to(d.device), d[..., 1:]
    symmetric = total * ((wide * d).square().sum(-1) / total + 1e-12).sqrt()
    asymmetric = (wide * (d * unlike[..., 1:]).abs()).sum(-1)
    loud = ((audible(ref, 1).sum(-1) + 1e5) / 1e7) ** .04
    return .1 * over_time(symmetric / loud) + .0309 * over_time(asymmetric / loud)
