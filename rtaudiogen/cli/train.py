"""Command `rtaudiogen train`: its flags are the fields of the family's options."""

import os
from collections.abc import Callable
from dataclasses import Field, asdict, fields, is_dataclass
from inspect import Parameter
from pathlib import Path
from typing import Annotated, Any, get_args, get_type_hints

import typer

from ..errors import RtAudioGenError, UsageError
from ..generator import Family
from ..model_file import is_name
from ..option_bounds import range_text
from ..recording_pair import Pair, sounds_of
from ..registry import families, family, listing, load_extra
from ..storage import folders
from ..storage.files import check_folder
from ..training_journal import claimed, run_folder
from .option_group import declare
from .output import print_json

HELP, JSON = ("-h", "--help"), "--json"
PAIR_HELP = "What went into the effect and what came out, or a folder with both by these names."


def train(
    arguments: Annotated[
        list[str] | None, typer.Argument(metavar="FAMILY SOUNDS [OPTIONS]")
    ] = None,
) -> None:
    """Train a model on your own sounds; 'train FAMILY --help' lists the options.

    SOUNDS is a folder; for 'train effect' a dry and a wet recording.

    'train --json' lists the options of all families.
    """
    taught = {known.teaches or name: known for name, known in families()[0].items() if known.train}
    word, *rest = arguments or [HELP[0]]
    if word in HELP:
        print("Usage: rtaudiogen train FAMILY SOUNDS [OPTIONS]")
        print(
            f"FAMILY is {' or '.join(taught)}; 'rtaudiogen train FAMILY --help' lists its options."
        )
        return
    if word == JSON:
        print_json({"families": [_facts(word, known) for word, known in taught.items()]})
        return
    chosen = taught.get(word) or family(word)
    if chosen.train is None:
        raise UsageError(f"the family '{word}' cannot be trained; there are: {', '.join(taught)}")
    app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
    settings = {"help_option_names": list(HELP)}
    app.command(context_settings=settings)(_command(chosen, load_extra(chosen.train, "training")))
    app(rest, prog_name=f"rtaudiogen train {word}", standalone_mode=False)


def _command(known: Family, function: Callable[..., bool | None]) -> Callable[..., None]:
    """Return a command with sounds, the model's path, and a flag for each option field."""
    word = known.teaches or known.name
    options, suffix = _options_type(function), known.suffixes[0]

    def command(
        sounds: list[Path], out: Path | None = None, fresh: bool = False, **values: Any
    ) -> None:
        source = sounds_of(sounds, known.learns_pairs)
        folder = source.wet.parent if isinstance(source, Pair) else source
        if out is not None:
            _check_out(out, suffix)
        chosen = options(**values)
        target, sentences = _place(word, source, out, suffix, chosen, fresh)
        for sentence in sentences:
            print(sentence)
        target.parent.mkdir(parents=True, exist_ok=True)
        with claimed(run_folder(target)) as journal:
            journal.write(
                "begun", pid=os.getpid(), family=word, folder=str(folder.resolve()),
                model=str(target), options=_changed(chosen),
            )  # fmt: skip
            try:
                trained = function(source, target, chosen)
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

    metavar, learnt = ("DRY WET", PAIR_HELP) if known.learns_pairs else ("FOLDER", "Your sounds.")
    where = f"The model file; default: your own models folder, as {word}-NAME of the sounds."
    fresh_help = "Start again; an earlier training of that name is moved to another folder."
    parameters = [
        _parameter("sounds", Annotated[list[Path], typer.Argument(metavar=metavar, help=learnt)]),
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
    what = f"{'an' if word[0] in 'aeio' else 'a'} {word} model"
    command.__doc__ = f"Train {what} on {metavar}, or continue an interrupted training."
    return command


def _check_out(out: Path, suffix: str) -> None:
    """Raise UsageError for a path that no model can have."""
    if out.suffix != suffix:
        raise UsageError(f"--out {out}: a model file ends in {suffix}")
    if not is_name(out.stem):
        raise UsageError(f"--out {out}: not a valid name for a model")
    check_folder(out)


def _place(
    name: str, source: Path | Pair, out: Path | None, suffix: str, chosen: Any, fresh: bool
) -> tuple[Path, list[str]]:
    """Return the model's file and sentences for the user; see `models.training.placing.place`."""
    found = {model.id: model.path for model in listing().models.values()}
    place = load_extra("rtaudiogen.models.training.placing:place", "training")
    fixed = getattr(chosen, "identity", {})
    placed: tuple[Path, list[str]] = place(
        name, source, folders.models(), out, fixed, fresh, found, suffix
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


def _facts(word: str, chosen: Family) -> dict[str, Any]:
    """Return a family, its options, and a sentence if it cannot be trained here."""
    facts: dict[str, Any] = {
        "name": word, "summary": chosen.summary, "options": [], "problem": "",
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
