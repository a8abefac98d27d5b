//! What mel frames a model takes, for people who make them.

use crate::dsp::mel::Definition;
use crate::model::card::Card;

/// The definition in words and as Python that computes it.
pub fn text(card: &Card, mel: &Definition) -> String {
    let Definition {
        rate,
        fft,
        hop,
        bands,
        low,
        high,
        floor,
    } = mel;
    let pad = mel.pad();
    format!(
        "Mel frames of {name} {version}, as HiFi-GAN's mel_spectrogram makes them:\n\
         \x20 audio      {rate} Hz, mono, full scale ±1\n\
         \x20 frames     periodic Hann window of {fft}, hop {hop}, centred on sample {hop} m + {half}: the audio reflected by {pad} at both ends\n\
         \x20 magnitude  sqrt(re² + im² + 1e-9), power 1\n\
         \x20 bands      {bands}, {low} to {high} Hz, Slaney scale and area (librosa's default)\n\
         \x20 logarithm  natural, of at least {floor:e}\n\
         \x20 file       .npy of float32 or float64, [{bands}, T] or [1, {bands}, T]; [T, {bands}] is understood where T is not {bands}\n\n\
         In Python:\n\
         \x20 basis = librosa.filters.mel(sr={rate}, n_fft={fft}, n_mels={bands}, fmin={low}, fmax={high})\n\
         \x20 x = np.pad(audio, {pad}, mode=\"reflect\")\n\
         \x20 z = librosa.stft(x, n_fft={fft}, hop_length={hop}, center=False)\n\
         \x20 mel = np.log(np.maximum(basis @ np.sqrt(np.abs(z) ** 2 + 1e-9), {floor:e}))\n\
         \x20 np.save(\"mel.npy\", mel.astype(np.float32))\n",
        name = card.name,
        version = card.version,
        half = hop / 2,
    )
}
