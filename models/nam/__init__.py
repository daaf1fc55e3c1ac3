"""Captures of amplifiers, pedals and cabinets as effects: other programs' and our own."""

from rtaudiogen.generator import Family

from .descriptor import SUFFIXES, builtin, describe

FAMILY = Family(
    name="nam",
    summary="captures of amplifiers and pedals, trained or from .nam files",
    builtin=builtin,
    describe=describe,
    create=f"{__name__}.generator:create",
    train=f"{__name__}.learning.training:train",
    evaluate=f"{__name__}.learning.evaluation:evaluate",
    parallel_check=f"{__name__}.parallel:check",
    benchmark=f"{__name__}.benchmark:rows",
    suffixes=SUFFIXES,
    teaches="effect",
    learns_pairs=True,
)
