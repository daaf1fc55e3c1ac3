"""Command `rtaudiogen train`: its flags are the fields of the family's options."""

import os
from collections.abc import Callable
from dataclasses import Field, asdict, fields, is_dataclass
from inspect import Parameter
from pathlib import Path
from typing import Annotated, Any, get_args, get_type_hints

import typer

from ..errors import RtAudioGenError, UsageError
from ..model_file import is_name
from ..option_bounds import range_text
from ..registry import families, family, listing, load_extra
from ..storage import folders
from ..storage.files import check_folder
from ..training_journal import claimed, run_folder
from .option_group import declare
from .output import print_json

HELP, JSON = ("-h", "--help"), "--json"


def train(
    arguments: Annotated[
        list[str] | None, typer.Argument(metavar="FAMILY FOLDER [OPTIONS]")
    ] = None,
) -> None:
    """Train a model on a folder of your own sounds; 'train FAMILY --help' lists the options.

    'train --json' lists the options of all families.
    """
    names = [name for name, known in families()[0].items() if known.train]
    name, *rest = arguments or [HELP[0]]
    if name in HELP:
        print("Usage: rtaudiogen train FAMILY FOLDER [OPTIONS]")
        print(
            f"FAMILY is {' or '.join(names)}; 'rtaudiogen train FAMILY --help' lists its options."
        )
        return
    if name == JSON:
        print_json({"families": [_facts(name) for name in names]})
        return
    chosen = family(name)
    if chosen.train is None:
        raise UsageError(f"the family '{name}' cannot be trained; there are: {', '.join(names)}")
    app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
    settings = {"help_option_names": list(HELP)}
    app.command(context_settings=settings)(_command(name, load_extra(chosen.train, "training")))
    app(rest, prog_name=f"rtaudiogen train {name}", standalone_mode=False)


def _command(name: str, function: Callable[..., bool | None]) -> Callable[..., None]:
    """Return a command with a folder, the model's path, and a flag for each option field."""
    options, suffix = _options_type(function), family(name).suffixes[0]

    def command(folder: Path, out: Path | None = None, fresh: bool = False, **values: Any) -> None:
        if not folder.is_dir():
            raise UsageError(f"{folder}: no such folder")
        if out is not None:
            _check_out(out, suffix)
        chosen = options(**values)
        target, sentences = _place(name, folder, out, suffix, chosen, fresh)
        for sentence in sentences:
            print(sentence)
        target.parent.mkdir(parents=True, exist_ok=True)
        with claimed(run_folder(target)) as journal:
            journal.write(
                "begun", pid=os.getpid(), family=name, folder=str(folder.resolve()),
                model=str(target), options=_changed(chosen),
            )  # fmt: skip
            try:
                trained = function(folder, target, chosen)
            except KeyboardInterrupt:
                journal.write("stopped")
                if target.exists():
                    print(f"{target}: saved; the same command continues the training")
                raise
            journal.write("finished")
        if trained is False:
            print(
                f"{target}: already trained for as long as requested; give more --steps or "
                "--minutes to continue, or --fresh to start again"
            )
            return
        print(f"{target}: play it with 'rtaudiogen play {out or target.stem}'")

    where = f"The model file; default: your own models folder, as {name}-FOLDER."
    fresh_help = "Start again; an earlier training of that name is moved to another folder."
    parameters = [
        _parameter("folder", Annotated[Path, typer.Argument(help="Your sounds.")]),
        _parameter("out", Annotated[Path | None, typer.Option(metavar="FILE", help=where)], None),
        _parameter(
            "fresh", Annotated[bool, typer.Option("--fresh", "--overwrite", help=fresh_help)], False
        ),
    ]
    hints = get_type_hints(options)
    for field in fields(options):
        option = typer.Option(help=_help(field))
        parameters.append(
            _parameter(field.name, Annotated[hints[field.name], option], field.default)
        )
    declare(command, parameters)
    command.__doc__ = f"Train a {name} model on FOLDER, or continue an interrupted training."
    return command


def _check_out(out: Path, suffix: str) -> None:
    """Raise UsageError for a path that no model can have."""
    if out.suffix != suffix:
        raise UsageError(f"--out {out}: a model file ends in {suffix}")
    if not is_name(out.stem):
        raise UsageError(f"--out {out}: not a valid name for a model")
    check_folder(out)


def _place(
    name: str, folder: Path, out: Path | None, suffix: str, chosen: Any, fresh: bool
) -> tuple[Path, list[str]]:
    """Return the model's file and sentences for the user; see `models.training.placing.place`."""
    found = {model.id: model.path for model in listing().models.values()}
    place = load_extra("rtaudiogen.models.training.placing:place", "training")
    fixed = getattr(chosen, "identity", {})
    placed: tuple[Path, list[str]] = place(
        name, folder, folders.models(), out, fixed, fresh, found, suffix
    )
    return placed


def _help(field: "Field[Any]") -> str:
    """Return an option's help and its allowed values."""
    help: str = field.metadata.get("help", "")
    range = range_text(field.metadata.get("bounds", {}))
    return f"{help} ({range})" if range else help


def _options_type(function: Callable[..., bool | None]) -> Any:
    """Return the dataclass in the annotation of the function's third parameter."""
    annotation = list(get_type_hints(function).values())[2]
    for candidate in (annotation, *get_args(annotation)):
        if is_dataclass(candidate):
            return candidate
    raise TypeError(f"{function.__qualname__} takes no dataclass of options")


def _parameter(name: str, annotation: Any, default: Any = Parameter.empty) -> Any:
    kind = Parameter.KEYWORD_ONLY
    return Parameter(name, kind, default=default, annotation=annotation)


def _changed(options: Any) -> dict[str, Any]:
    """Return the values of options that differ from the defaults."""
    defaults = {field.name: field.default for field in fields(options)}
    return {name: v for name, v in asdict(options).items() if v != defaults[name]}


def _facts(name: str) -> dict[str, Any]:
    """Return a family, its options, and a sentence if it cannot be trained here."""
    chosen = family(name)
    facts: dict[str, Any] = {
        "name": name, "summary": chosen.summary, "options": [], "problem": "",
        "suffix": chosen.suffixes[0],
    }  # fmt: skip
    assert chosen.train is not None
    try:
        options = _options_type(load_extra(chosen.train, "training"))
    except RtAudioGenError as error:
        return facts | {"problem": str(error)}
    hints = get_type_hints(options)
    facts["options"] = [
        {
            "name": field.name,
            "kind": hints[field.name].__name__,
            "default": field.default,
            "help": field.metadata.get("help", ""),
            "bounds": field.metadata.get("bounds", {}),
        }
        for field in fields(options)
    ]
    return facts
