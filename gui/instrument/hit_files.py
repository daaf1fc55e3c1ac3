"""Hits of the selected slot's pads as files: dragged out of the window, or saved."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from rtaudiogen.client.catalogue import recordings_folder
from rtaudiogen.client.library_files import free_path
from rtaudiogen.client.remote import EngineProcess
from rtaudiogen.wire.snapshot import SlotSnapshot

from ..shell.bridge import Bridge
from ..shell.file_drag import drag_made_file
from ..transport.recorder_panel import RecorderPanel
from .play_surface import PlaySurface

FOLDER = "hits"  # within the folder of recordings


class HitFiles(QObject):
    """Connects the pads to the engine.

    `selected` returns the facts of the selected slot, `recorder` has the format of the files.
    """

    saved = Signal(str)  # the file's path

    def __init__(
        self,
        bridge: Bridge,
        surface: PlaySurface,
        selected: Callable[[], SlotSnapshot | None],
        recorder: RecorderPanel,
    ) -> None:
        super().__init__(surface)
        self._bridge, self._surface, self._selected = bridge, surface, selected
        self._recorder = recorder
        surface.pads.file_wanted.connect(self.drag)
        surface.pads.save_wanted.connect(self.save)

    def drag(self, pad: int) -> None:
        """Have the engine write a pad's hit to a file, and drag it while the mouse is held."""
        slot, pads = self._selected(), self._surface.pads
        if slot is None:
            return
        drag_made_file(
            self._bridge, pads, _stem(slot, pad),
            lambda engine, path: engine.save_hit(slot.slot, pad, path), pads.picture(pad),
        )  # fmt: skip

    def save(self, pad: int) -> None:
        """Write a pad's hit to a file in the folder of recordings."""
        slot = self._selected()
        if slot is None:
            return

        suffix, bits = self._recorder.chosen()

        def write(engine: EngineProcess) -> str:
            folder = Path(recordings_folder(), FOLDER)
            folder.mkdir(parents=True, exist_ok=True)
            path = free_path(folder, _stem(slot, pad), suffix)
            return engine.save_hit(slot.slot, pad, str(path), bits)

        self._bridge.do(write, self.saved.emit)


def _stem(slot: SlotSnapshot, pad: int) -> str:
    return f"{Path(slot.model).stem} pad {pad + 1}"
