"""The cabinet in the kit: it has no file and learns nothing."""

from .member import Member

CABINET = Member("cabinet", models={"loudspeaker": None}, random=False)
