"""The sine in the kit: it has no file and learns nothing."""

from .member import Member

SINE = Member("sine", models={"sine": None}, random=False)
