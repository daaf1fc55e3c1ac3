"""The player in the kit: it has no file and learns nothing."""

from .member import Member

PLAYER = Member("player", models={"riff": None}, random=False)
