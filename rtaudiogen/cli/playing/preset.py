"""Options `--preset` and `--save-preset`: the same files that the window saves."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer

from ...errors import UsageError
from ...generator import Descriptor
from ...saving.presets import Preset, load_preset, save_preset
from ...storage.files import AppearedError, check_target, expanded
from ..output import warn

PresetFile = Annotated[
    Path | None,
    typer.Option(
        "--preset",
        metavar="NAME",
        help="Values and seed for the models of its family: a preset's name, or its file.",
    ),
]
NO_PRESET = Preset()
SUFFIX = ".json"


def found(given: Path | None) -> Path | None:
    """Return the file of a preset that is given by its name or its file. UsageError if the name
    is unknown.
    """
    from ...client.library import find_preset

    if given is None or given.suffix == SUFFIX or given.is_file():
        return given
    return find_preset(str(given))


def fitting(models: Mapping[str, Descriptor], path: Path) -> dict[str, Preset]:
    """Return the preset fitted to each model of its family. UsageError if there is no such
    model.
    """
    from ...client.library import look

    family, preset = look(path).family, load_preset(path)
    warn(preset.remarks())
    fitted = {}
    for name, model in models.items():
        if family in ("", model.family):
            values, notices = preset.fit(model)
            warn(notices)
            fitted[name] = replace(preset, values=values)
    if not fitted:
        raise UsageError(f"--preset {path}: for {family}; {', '.join(models)} is of another family")
    return fitted


def seeds_of(presets: Mapping[str, Preset]) -> dict[str, int]:
    """Return the seeds of presets, by model."""
    return {name: preset.seed for name, preset in presets.items() if preset.seed is not None}


def sounds_of(
    models: Mapping[str, Descriptor], presets: Mapping[str, Preset], sound: Path | None
) -> dict[str, str]:
    """Return the file that each model plays from: its preset's, or `sound` for the first that
    takes one.

    Models that play from no sound are left out.
    """
    takers = [name for name, model in models.items() if model.takes_sound]
    files = {name: presets.get(name, NO_PRESET).sound for name in takers}
    if sound is not None and takers:
        files[takers[0]] = str(expanded(sound).absolute())
    return {name: file for name, file in files.items() if file}


def check_new(path: Path, overwrite: bool, inputs: Iterable[Path]) -> None:
    """Raise UsageError for a file that would be overwritten, or has a wrong suffix."""
    check_target(path, overwrite, inputs)
    if path.suffix != SUFFIX:
        raise UsageError(f"--save-preset {path}: presets are .json files")


def keep_first_slot(path: Path, session: Mapping[str, Any], overwrite: bool) -> None:
    """Write the values and the seed of a session's first slot, see `keep`."""
    from ...client.library_files import preset_of

    preset = preset_of(session, 0, path.stem)[0]
    keep(path, lambda path, overwrite: save_preset(path, preset, overwrite), overwrite)


def keep(path: Path, write: Callable[[Path, bool], None], overwrite: bool) -> None:
    """Write what was played; beside a file that has appeared meanwhile, and say so."""
    from ...client.library_files import free_path

    try:
        write(path, overwrite)
    except AppearedError as error:
        other = free_path(path.parent, path.stem, path.suffix)
        write(other, False)
        warn([f"{error}; what was played is kept in {other}"])
