"""How parameters are grouped and found: by what their stable ids and names say."""

import re

from rtaudiogen.generator import Parameter

UNGROUPED = "General"


def group_of(id: str) -> str:
    """What stands before the first dot of an id; empty for none."""
    prefix, dot, _ = id.partition(".")
    return prefix if dot else ""


def group_title(group: str) -> str:
    """ "pad12" as "Pad 12", "low_pass" as "Low pass"."""
    if not group:
        return UNGROUPED
    words = re.sub(r"(?<=\D)(?=\d)", " ", group.replace("_", " "))
    return " ".join(words.split()).capitalize()


def short_title(parameter: Parameter) -> str:
    """The name without its group's, which stands above it already."""
    title = group_title(group_of(parameter.id)) + " "
    name = parameter.name
    if group_of(parameter.id) and name.lower().startswith(title.lower()):
        name = name[len(title) :]
    return name[:1].upper() + name[1:]


def matches(parameter: Parameter, words: str) -> bool:
    """Whether every one of the words occurs in the name or the id."""
    text = f"{parameter.name} {parameter.id}".lower()
    return all(word in text for word in words.lower().split())
