"""One-shots: percussion and short sounds from noise, by class."""
