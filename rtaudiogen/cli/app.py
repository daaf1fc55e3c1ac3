"""The commands, and `rtaudiogen` without a command."""

from typing import Annotated

import typer

from .. import __version__
from ..errors import UsageError
from .bench import bench
from .check import check
from .decode import decode
from .devices import devices
from .encode import encode
from .evaluate import evaluate
from .level import level
from .models import models
from .options import LastDevice
from .playing.play import play
from .playing.render import render
from .playing.stop import stop
from .sample import sample
from .train import train

app = typer.Typer(
    help="Plays neural networks like instruments, live.",
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
COMMANDS = (
    models, devices, play, stop, render, sample, encode, decode, check, evaluate, level,
    bench,
)  # fmt: skip
for command in COMMANDS:
    app.command()(command)
raw = {"ignore_unknown_options": True}  # the family's own options
app.command(context_settings=raw, add_help_option=False)(train)


@app.callback(invoke_without_command=True)
def alone(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
    device: LastDevice = None,
) -> None:
    """Plays neural networks like instruments, live. Without a command: the desktop application."""
    if version:
        print(f"rtaudiogen {__version__}")
    elif context.invoked_subcommand is not None and device is not None:
        named = context.invoked_subcommand
        takes = named in {command.__name__ for command in (models, play, render, check, bench)}
        after = f"write it after '{named}'" if takes else f"'{named}' has no such option"
        raise UsageError(f"--device {device}: {after}")
    elif context.invoked_subcommand is None:
        from .window import show_window

        status, problem = show_window(device)
        if problem:
            print(problem)
            print(context.get_help())
        raise typer.Exit(status)
