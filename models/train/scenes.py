"""Clips that follow each other, and what the network remembers as one of them begins.

A real recording lasts longer than a clip. So scenes of a few clips are mixed, and the memory (the minimal GRUs' state, without gradients) goes
on from clip to clip; frames before a clip's first are zeros as at the beginning of a file.
"""
import torch
from .params import params as p


def clips(stream):
    """Scenes cut into clips that follow each other: (noisy, clean, top), and whether a scene begins."""
    for noisy, clean, top in stream:
        for i, parts in enumerate(zip(*(v.chunk(p.clips, 1) for v in (noisy, clean)))):
            yield *parts, top, i == 0


class Memory:
    """What the network remembers as a clip begins: the clip before; as a scene begins: nothing, another scene, or minutes of silence."""

    def __init__(self, network, run):
        self.network, self.run, self.before, self.silence = network, run, None, None

    def state(self, y, begins):
        nothing = self.network.zero_state(len(y), y.device)[-1]
        if begins and torch.rand(()) < p.p_silence:
            if self.silence is None or torch.rand(()) < p.silence_again:
                self.silence = nothing
            with torch.no_grad():
                self.silence = self.run(y * 0, y * 0, y.new_ones(len(y)), *self.network.remembering(self.silence))[-1]
            self.before = self.silence
        elif self.before is None or begins and torch.rand(()) >= p.p_remember:
            self.before = nothing
        return self.network.remembering(self.before)
