"""The reverb in the kit: it has no file and learns nothing."""

from .member import Member

SPACE = Member("space", models={"space": None}, random=False)
