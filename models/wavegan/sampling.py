"""Export of one-shots to a folder; each has a seed, which reproduces it. [control]"""

from collections.abc import Iterable, Iterator

from rtaudiogen.errors import UsageError
from rtaudiogen.generator import Descriptor, OneShot

from ..oneshot.takes import TAKES
from .descriptor import FILES
from .maker import Maker
from .packing import pack
from .renderer import Renderer

UNNAMED = "hit"  # name in a model without classes


def sample(
    descriptor: Descriptor,
    kind: str | None,
    seeds: Iterable[int],
    spread: float,
    around: int,
    takes: int = TAKES,
) -> Iterator[OneShot]:
    """Yield a finished hit for each seed, of one class or of each in turn, independent of the
    others.

    Each is the best of `takes` renders. `spread` 1: from all of latent space; less: nearer to the
    hit of the seed `around`. UsageError for a class that the model does not have.
    """
    config, tensors = FILES.opened(descriptor)
    names = config.classes or (UNNAMED,)
    if kind is not None and kind not in names:
        known = ", ".join(names) if config.classes else "none: it was trained without classes"
        raise UsageError(f"'{descriptor.id}' has no class '{kind}'; it has {known}")
    kinds = range(len(names)) if kind is None else (names.index(kind),)
    maker = Maker(Renderer(pack(config, tensors)), takes)
    return (
        OneShot(names[chosen], seed, maker.sample(chosen, seed, spread, around))
        for index, seed in enumerate(seeds)
        for chosen in [kinds[index % len(kinds)]]
    )
