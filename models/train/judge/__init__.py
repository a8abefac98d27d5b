"""Figures for generated one-shots: closeness to real ones, recognisability, diversity, copying."""
