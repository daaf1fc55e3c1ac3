"""Streaming equals parallel: a generator's coders against the trained network. [control]"""

from collections.abc import Sequence
from typing import cast

from rtaudiogen.generator import Finding, Generator
from rtaudiogen.model_file import read_tensors

from .comparing import compare
from .config import VQVAEConfig
from .generator import VQVAEGenerator
from .shaped import parallel as shaped
from .shaped.config import ShapedConfig
from .waveform import parallel as waveform


def check(generator: Generator) -> Sequence[Finding]:
    """Compare a prepared generator's coder with the network of its file.

    The generator has to be reset afterwards.
    """
    ours = cast(VQVAEGenerator, generator)
    config, path, voices = ours.config, ours.descriptor.path, 1 + len(ours.voices)
    assert path is not None
    if isinstance(config, ShapedConfig):
        reference = shaped.reference(config, read_tensors(path), voices)
    else:
        assert isinstance(config, VQVAEConfig)
        reference = waveform.reference(config, read_tensors(path), voices)
    return compare(ours.packed, ours.encoder, ours.decoder, reference)
