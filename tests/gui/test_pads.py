"""A slot that plays hits: pads in place of the keyboard, and its counters."""

from PySide6.QtCore import QPoint, Qt

from ..models.wavegan.untrained import write_untrained


def test_pads_play_hits_and_move_what_belongs_to_them(window, qtbot, eventually, tmp_path):
    path = write_untrained(tmp_path / "noise.safetensors")
    number = window.facts.slots[0].slot
    window.bridge.do(lambda engine: engine.swap_slot(number, str(path)))
    eventually(lambda: window.facts.slots[0].hits is not None)
    eventually(window.surface.pads.isVisible)
    assert not window.surface.keyboard.isVisible()

    area = window.surface.pads.pad_area(2)
    place = QPoint(round(area.center().x()), round(area.bottom() - 4))
    qtbot.mouseClick(window.surface.pads, Qt.MouseButton.LeftButton, pos=place)
    eventually(lambda: window.facts.slots[0].hits.played == 1)
    eventually(lambda: window.transport.meter.held_db > -40.0)
    eventually(lambda: "1 played · 0 replays" in window.rack.strips[number].describes)

    window.surface.pads.lock_wanted.emit(2, True)
    eventually(lambda: window.facts.slots[0].values["pad3.lock"] == 1.0)
    window.surface.pads.mutate_wanted.emit(2, 1)
    eventually(lambda: window.facts.slots[0].values["pad3.mutate"] == 1.0)
    window.surface.pads.bred.emit(0, 2)
    eventually(lambda: window.facts.slots[0].values["pad3.breed"] == 1.0)
