"""Slots of the rack are mixed, zoned and reordered on a real engine."""

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication, QLineEdit, QMenu

from rtaudiogen.gui.rack.slot_strip import SlotStrip, describe
from rtaudiogen.gui.rack.zone_button import short_text
from rtaudiogen.gui.rack.zone_panel import FIELDS
from rtaudiogen.gui.shell.main_window import MainWindow
from rtaudiogen.registry import find
from rtaudiogen.wire.snapshot import SlotSnapshot

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def three(window: MainWindow, eventually: Callable[..., None]) -> list[int]:
    """Return the numbers of three slots, from the top down."""
    for _ in range(2):
        window.rack.added.emit("sine")
    eventually(lambda: len(window.rack.strips) == 3)
    return order(window)


def order(window: MainWindow) -> list[int]:
    assert window.facts is not None
    return [slot.slot for slot in window.facts.slots]


def shown_order(window: MainWindow) -> list[int]:
    return sorted(window.rack.strips, key=lambda slot: window.rack.strips[slot].y())


def mix_of(window: MainWindow, slot: int) -> dict[str, Any]:
    facts = window.slot_of(slot)
    assert facts is not None
    return dict(facts.mix)


def strip_of(window: MainWindow) -> SlotStrip:
    return window.rack.strips[order(window)[0]]


def drag_grip(window: MainWindow, qtbot: Any, slot: int, y: int) -> None:
    """Drag a slot by its grip to a height of the rack."""
    grip = window.rack.strips[slot].grip
    start = QPoint(3, grip.height() // 2)
    page = window.rack.strips[slot].parentWidget()
    assert page is not None
    end = QPointF(grip.mapFromGlobal(page.mapToGlobal(QPoint(3, y))))
    qtbot.mousePress(grip, LEFT, pos=start)
    event = QMouseEvent(
        QEvent.Type.MouseMove, end, grip.mapToGlobal(end), Qt.MouseButton.NoButton, LEFT,
        Qt.KeyboardModifier.NoModifier,
    )  # fmt: skip
    QApplication.sendEvent(grip, event)
    qtbot.mouseRelease(grip, LEFT, pos=end.toPoint())


def test_a_grip_drags_a_slot_to_another_place(window, three, qtbot, eventually):
    first, second, third = three
    drag_grip(window, qtbot, first, window.rack.strips[third].geometry().bottom())
    eventually(lambda: order(window) == [second, third, first])
    eventually(lambda: shown_order(window) == [second, third, first])
    drag_grip(window, qtbot, third, window.rack.strips[second].geometry().top() + 1)
    eventually(lambda: shown_order(window) == [third, second, first])
    drag_grip(window, qtbot, second, window.rack.strips[second].geometry().center().y())
    assert shown_order(window) == [third, second, first]


def test_alt_and_an_arrow_move_a_slot_and_stop_at_the_ends(window, three, qtbot, eventually):
    first, second, third = three
    button = window.rack.strips[third].mute
    button.setFocus()
    qtbot.keyClick(button, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    eventually(lambda: shown_order(window) == [first, third, second])
    qtbot.keyClick(button, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    eventually(lambda: shown_order(window) == [third, first, second])
    qtbot.keyClick(button, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    qtbot.keyClick(button, Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)
    eventually(lambda: shown_order(window) == [first, third, second])


def test_three_strips_and_the_pads_are_in_sight_at_1280_by_800(window, three, eventually):
    window.resize(1280, 800)
    QApplication.processEvents()
    view = window.rack._scroll.viewport()
    for strip in window.rack.strips.values():
        top = strip.mapTo(view, QPoint(0, 0)).y()
        assert 0 <= top <= view.height() - strip.height()


def test_a_gain_is_typed_and_a_double_click_takes_it_back(window, qtbot, eventually):
    gain, slot = strip_of(window).gain, strip_of(window).slot
    qtbot.mouseClick(gain, LEFT, pos=gain.value_area().center())
    editor = gain.findChild(QLineEdit)
    editor.setText("-12.5")
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    eventually(lambda: mix_of(window, slot)["gain_db"] == -12.5)
    qtbot.mouseDClick(gain, LEFT, pos=QPoint(10, 10))
    eventually(lambda: mix_of(window, slot)["gain_db"] == 0.0)
    labels = [action.text() for action in gain.menu().actions()]
    assert not any("Learn" in label for label in labels)  # nothing can be mapped to a mix


def test_a_zone_is_set_by_name_and_only_its_keys_sound(window, qtbot, eventually):
    strip = strip_of(window)
    qtbot.mouseClick(strip.zone, LEFT)
    panel = strip.zone.panel
    assert panel.isVisible()
    for box, key in ((panel.low, "C3"), (panel.high, "b3")):
        box.setFocus()
        box.selectAll()
        qtbot.keyClicks(box.lineEdit(), key)
        qtbot.keyClick(box, Qt.Key.Key_Return)
    panel.transpose.setValue(12)
    panel.bend.setValue(7.0)
    panel.channel.setCurrentIndex(3)
    panel.channel.activated.emit(3)
    panel.close()
    wanted = {"low_key": 48, "high_key": 59, "transpose": 12, "bend_range": 7.0, "channel": 3}
    eventually(lambda: wanted.items() <= mix_of(window, strip.slot).items())
    assert strip.zone.text() == "ch 3 C3–B3 +12"
    window.bridge.play(0x92, 60, 100)
    window.bridge.play(0x92, 50, 100)
    eventually(lambda: window.slot_of(strip.slot).voices == 1)
    window.panic()


def test_an_end_that_is_moved_past_the_other_takes_it_along(window, eventually):
    strip = strip_of(window)
    panel = strip.zone.panel
    panel.high.setValue(60)
    panel.low.setValue(72)
    eventually(lambda: mix_of(window, strip.slot)["low_key"] == 72)
    eventually(lambda: mix_of(window, strip.slot)["high_key"] == 72)


def test_a_zone_is_learnt_from_two_keys_in_any_order(window, qtbot, eventually):
    strip = strip_of(window)
    qtbot.mouseClick(strip.zone.panel.learn, LEFT)
    window.surface.press(67, 100)
    window.surface.release(67)
    eventually(lambda: len(strip.zone.panel._learnt) == 1)
    window.surface.press(55, 100)
    window.surface.release(55)
    eventually(lambda: mix_of(window, strip.slot)["low_key"] == 55)
    eventually(lambda: mix_of(window, strip.slot)["high_key"] == 67)
    assert not strip.zone.panel.learn.isChecked()


def test_a_strip_shows_changes_made_elsewhere(window, eventually):
    strip = strip_of(window)
    window.bridge.do(lambda engine: engine.set_mix(strip.slot, "transpose", -5))
    eventually(lambda: strip.zone.text() == "all keys −5")
    assert strip.zone.panel.transpose.value() == -5
    assert "transposed by −5 semitones" in strip.zone.toolTip()


def test_a_click_on_the_name_selects_and_exchanges_nothing(window, three, qtbot):
    strip = window.rack.strips[three[1]]
    qtbot.mouseClick(strip.model, LEFT)
    assert window.rack.selection == three[1]
    assert QApplication.activePopupWidget() is None


def test_the_load_of_a_slot_is_shown(window, eventually):
    eventually(lambda: window.facts.slots[0].load > 0)
    assert strip_of(window).load.endswith(" %")


def test_states_are_said_in_words_and_not_by_colours_alone():
    muted = SlotSnapshot(1, "sine", mix={"mute": True, "solo": True})
    assert describe(muted, None) == "muted · solo"


def test_a_slot_says_how_many_voices_it_was_given():
    given = SlotSnapshot(1, "sine", voices=2, most_voices=40)
    assert describe(given, find("sine")) == "2 of 40 voices · notes"


def test_a_slot_that_a_gpu_computes_says_so():
    given = SlotSnapshot(1, "sine", voices=2, most_voices=64, device="cuda")
    assert describe(given, find("sine")) == "2 of 64 voices · notes · cuda"


def voices_menu(window: MainWindow) -> QMenu | None:
    """Return the voices menu within the model menu of the first slot."""
    strip = strip_of(window)
    menus = strip._menu(strip).findChildren(QMenu)
    return next((menu for menu in menus if menu.title().startswith("Voices")), None)


def test_a_slot_gets_more_voices_by_its_menu_and_its_own_again(window, eventually):
    slot = strip_of(window).slot
    eventually(lambda: window.slot_of(slot).most_voices)
    own = find("sine").voices
    menu = voices_menu(window)
    assert menu.title() == f"Voices: {own}"
    assert [action.text() for action in menu.actions() if action.isChecked()] == [
        f"{own}, the model's own"
    ]
    next(action for action in menu.actions() if action.text() == "64").trigger()
    eventually(lambda: window.slot_of(slot).most_voices == 64)
    eventually(lambda: "of 64 voices" in strip_of(window).describes)
    next(
        action for action in voices_menu(window).actions() if "the model's own" in action.text()
    ).trigger()
    eventually(lambda: window.slot_of(slot).most_voices == own)


def test_a_slot_that_no_note_plays_has_no_menu_of_voices(window, eventually):
    slot = strip_of(window).slot
    window.rack.swapped.emit(slot, "wavenet-textures")
    eventually(lambda: window.slot_of(slot).model == "wavenet-textures")
    eventually(lambda: window.slot_of(slot).most_voices)
    assert voices_menu(window) is None


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({}, "all keys"),
        ({"channel": 10}, "ch 10"),
        ({"low_key": 36}, "C2–G9"),
        ({"channel": 2, "high_key": 59, "transpose": -12}, "ch 2 C-1–B3 −12"),
    ],
)
def test_a_zone_is_said_in_a_few_letters(changes, text):
    assert short_text({**FIELDS, **changes}).replace("−", "-") == text.replace("−", "-")


def test_the_rack_scrolls_to_a_slot_selected_out_of_view(three, window, eventually):
    rack = window.rack
    eventually(lambda: rack.selection == three[-1])

    def seen(slot: int) -> bool:
        strip = rack.strips[slot]
        return bool(strip.visibleRegion().boundingRect() == strip.rect())

    window.resize(1024, 640)
    rack.select(three[0])
    eventually(lambda: seen(three[0]))
    assert not seen(three[-1])
    rack.select(three[-1])
    eventually(lambda: seen(three[-1]))


def test_a_long_name_and_the_selection_move_nothing_beside_them(window):
    strip = strip_of(window)
    before, name = strip.minimumSizeHint(), strip.model.text()
    try:
        strip.model.setText("a model with a name that no rack has room for")
        assert strip.minimumSizeHint() == before
        strip.show_selected(False)
        assert strip.minimumSizeHint() == before
        strip.model.grab()
    finally:
        strip.model.setText(name)
        strip.show_selected(True)
