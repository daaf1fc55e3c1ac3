"""Groups and search of parameters, by their stable ids and names."""

import re

from rtaudiogen.generator import Parameter

UNGROUPED = "General"


def group_of(id: str) -> str:
    """Return the part of an id before its first dot; empty if there is no dot."""
    prefix, dot, _ = id.partition(".")
    return prefix if dot else ""


def group_title(group: str) -> str:
    """Return the title of a group: "Pad 12" for "pad12", "Low pass" for "low_pass"."""
    if not group:
        return UNGROUPED
    words = re.sub(r"(?<=\D)(?=\d)", " ", group.replace("_", " "))
    return " ".join(words.split()).capitalize()


def short_title(parameter: Parameter) -> str:
    """Return a parameter's name without the group's name, which stands above it."""
    title = group_title(group_of(parameter.id)) + " "
    name = parameter.name
    if group_of(parameter.id) and name.lower().startswith(title.lower()):
        name = name[len(title) :]
    return name[:1].upper() + name[1:]


def matches(parameter: Parameter, words: str) -> bool:
    """Return True if every word occurs in the parameter's name or id."""
    text = f"{parameter.name} {parameter.id}".lower()
    return all(word in text for word in words.lower().split())
