"""DiffWave as published (2009.09761), on raw waveforms, scaled down until one core can train it."""
