"""The vocoder: mel frames to 24 kHz speech.  See README.md here."""
