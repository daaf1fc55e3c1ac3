"""Options that are the fields of a dataclass: declared once, and taken by several commands."""

from collections.abc import Callable, Sequence
from dataclasses import fields
from functools import wraps
from inspect import Parameter, Signature, signature
from typing import Any, get_type_hints


def declare(command: Callable[..., None], parameters: Sequence[Parameter]) -> None:
    """Let Typer see these parameters of a command in place of its own."""
    # mypy does not know that a function may have a signature, where Typer looks for names
    command.__signature__ = Signature(parameters)  # type: ignore[attr-defined]
    command.__annotations__ = {each.name: each.annotation for each in parameters}


def spread(group: type) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Return a decorator for a command that has one parameter of the dataclass `group`.

    To Typer the command has the fields of `group`, options, in that parameter's place.
    """
    hints = get_type_hints(group, include_extras=True)
    options = [
        Parameter(field.name, Parameter.KEYWORD_ONLY, default=field.default,
                  annotation=hints[field.name])
        for field in fields(group)
    ]  # fmt: skip

    def decorate(command: Callable[..., None]) -> Callable[..., None]:
        own = get_type_hints(command, include_extras=True)
        (name,) = (name for name, hint in own.items() if hint is group)
        shown: list[Parameter] = []
        for parameter in signature(command).parameters.values():
            shown += options if parameter.name == name else [parameter]

        @wraps(command)
        def with_group(**given: Any) -> None:
            chosen = {option.name: given.pop(option.name) for option in options}
            command(**given, **{name: group(**chosen)})

        declare(with_group, shown)
        return with_group

    return decorate
