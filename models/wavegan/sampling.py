"""One-shots for a folder: every one has a seed, and the seed gives it again. [control]"""

from collections.abc import Iterable, Iterator

from rtaudiogen.errors import RtAudioGenError, UsageError
from rtaudiogen.generator import Descriptor, OneShot
from rtaudiogen.model_file import read_header, read_tensors

from ..oneshot.finishing import PLAIN
from ..oneshot.latents import of_sample
from .descriptor import read_config
from .maker import Maker
from .packing import pack
from .renderer import Renderer

UNNAMED = "hit"  # of a model without classes


def sample(
    descriptor: Descriptor, kind: str | None, seeds: Iterable[int], spread: float, around: int
) -> Iterator[OneShot]:
    """A finished hit for each seed: of one class, or of each in turn. Its bits depend on no other.

    `spread` 1: from anywhere in latent space; less: nearer to the hit that the seed `around` has.
    UsageError for a class that the model does not have.
    """
    if descriptor.path is None:
        raise RtAudioGenError(f"model '{descriptor.id}' has no file")
    config = read_config(descriptor.path, read_header(descriptor.path))
    names = config.classes or (UNNAMED,)
    if kind is not None and kind not in names:
        known = ", ".join(names) if config.classes else "none: it was trained without classes"
        raise UsageError(f"'{descriptor.id}' has no class '{kind}'; it has {known}")
    kinds = range(len(names)) if kind is None else (names.index(kind),)
    maker = Maker(Renderer(pack(config, read_tensors(descriptor.path))))
    return (
        OneShot(names[chosen], seed, maker.shaped(latent, ((chosen, 1.0),), PLAIN))
        for index, seed in enumerate(seeds)
        for chosen in [kinds[index % len(kinds)]]
        for latent in [of_sample(seed, spread, around, config.latent)]
    )
