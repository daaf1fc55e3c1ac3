"""Streaming equals parallel: a generator's coders against the trained network. [control]"""

from collections.abc import Sequence
from typing import cast

from rtaudiogen.generator import Finding, Generator

from .generator import VQVAEGenerator
from .shaped import parallel as shaped
from .shaped.packing import ShapedPacked
from .waveform import parallel as waveform
from .waveform.packing import Packed


def check(generator: Generator) -> Sequence[Finding]:
    """Compare a prepared generator's coder with the network of its file.

    The generator has to be reset afterwards.
    """
    ours = cast(VQVAEGenerator, generator)
    path, packed, voices = ours.descriptor.path, ours.packed, 1 + len(ours.voices)
    assert path is not None
    if isinstance(packed, ShapedPacked):
        return shaped.check(packed.config, path, packed, ours.encoder, ours.decoder, voices)
    assert isinstance(packed, Packed)
    return waveform.check(packed.config, path, packed, ours.encoder, ours.decoder, voices)
