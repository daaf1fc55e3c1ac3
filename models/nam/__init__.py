"""Captures of amplifiers, pedals and cabinets, made by other programs, as effects."""

from rtaudiogen.generator import Family

from .descriptor import SUFFIXES, describe

FAMILY = Family(
    name="nam",
    summary="captures of amplifiers and pedals, from .nam files",
    builtin=list,
    describe=describe,
    create=f"{__name__}.generator:create",
    parallel_check=f"{__name__}.parallel:check",
    benchmark=f"{__name__}.benchmark:rows",
    suffixes=SUFFIXES,
)
