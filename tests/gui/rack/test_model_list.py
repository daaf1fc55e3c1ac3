"""The window's list of models includes files from any folder."""

import shutil
from pathlib import Path
from typing import Any

from rtaudiogen.client import catalogue
from rtaudiogen.gui.rack.model_list import ModelList
from rtaudiogen.gui.shell.bridge import Bridge
from rtaudiogen.registry import find


def test_files_of_any_folder_are_known_and_a_bad_one_is_reported(
    qtbot: Any, tmp_path: Path, eventually: Any
) -> None:
    weights = find("wavenet-textures").path
    assert weights is not None
    files = [Path(shutil.copy(weights, tmp_path / f"{name}.safetensors")) for name in "ab"]
    bridge = Bridge()
    known, told, failures = ModelList(bridge), list[catalogue.Models](), list[str]()
    known.found.connect(told.append)
    bridge.failed.connect(failures.append)
    known.look()
    eventually(lambda: told)
    known.meet(["sine", *map(str, files), str(tmp_path / "c.safetensors")])
    eventually(lambda: all(told[-1].find(str(file)) for file in files))
    assert told[-1].find("sine") is not None
    eventually(lambda: any("c.safetensors" in failure for failure in failures))
    known.meet(map(str, files))  # once each
    assert len(told) == 3
    bridge.close()
