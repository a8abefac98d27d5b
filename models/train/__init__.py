"""Training of the diffwav denoiser. Start with README.md; every number is in params.py."""
