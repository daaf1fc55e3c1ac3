"""The rack: all slots one below the other, and the button that adds one."""

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QPoint, QSize, Qt, QTimer, Signal
from PySide6.QtWidgets import QFrame, QMenu, QPushButton, QVBoxLayout, QWidget

from rtaudiogen.client.catalogue import Models
from rtaudiogen.generator import Plays
from rtaudiogen.routing import Ways, reached
from rtaudiogen.wire.snapshot import SlotSnapshot

from ..widgets.insertion_line import InsertionLine
from ..widgets.scroll_page import ScrollPage
from .model_menu import ModelMenu
from .slot_strip import SlotStrip
from .voices_menu import add_voices_menu


class Rack(QWidget):
    """Shows the slots that it is given; signals tell what the user wants. One slot is selected."""

    added = Signal(str)  # a model's id, or the path of its file
    swapped = Signal(int, str)  # a slot, and its new model
    removed = Signal(int)
    voiced = Signal(int, int)  # a slot, and its new number of voices; 0: the model's own
    mixed = Signal(int, str, float)
    connected = Signal(int, int, int)  # a slot, and the slots of its output and its send; 0: none
    moved = Signal(int, int)  # a slot, and its new position, from 0
    selected = Signal(int)  # 0: none

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.models = Models()
        self.menus = ModelMenu(self)
        self.strips: dict[int, SlotStrip] = {}
        self.selection = 0
        self._order: list[int] = []  # slots from the top down
        self._line = InsertionLine(self)
        self._wanted = 0  # the slot to select as soon as it exists
        self.add = QPushButton("+ Add a generator", self)
        self.add.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.add.clicked.connect(self._choose_model)
        self._page = page = QWidget(self)
        self._column = QVBoxLayout(page)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(4)
        self._column.addWidget(self.add)
        self._column.addStretch(1)
        self._scroll = scroll = ScrollPage(self)
        scroll.setAccessibleName("Slots")
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(page)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(scroll)

    def minimumSizeHint(self) -> QSize:
        """Return a size that never cuts strips at their right; they are scrolled vertically."""
        bar = self._scroll.verticalScrollBar().sizeHint().width()
        tallest = max((strip.sizeHint().height() for strip in self.strips.values()), default=0)
        wide = self._page.minimumSizeHint().width() + bar
        return QSize(wide, max(tallest, self.add.sizeHint().height()))

    def offer(self, models: Models) -> None:
        """Set the models to offer."""
        self.models = models
        self.menus.offer(models)

    def show_slots(self, slots: Sequence[SlotSnapshot]) -> None:
        """Show the engine's newest facts."""
        numbers = [facts.slot for facts in slots]
        for gone in self.strips.keys() - set(numbers):
            strip = self.strips.pop(gone)
            strip.hide()  # frees its room at once
            strip.deleteLater()
        for facts in slots:
            if facts.slot not in self.strips:
                self.strips[facts.slot] = self._new_strip(facts.slot)
        if numbers != self._order:
            self._order = numbers
            for position, number in enumerate(numbers):
                self._column.insertWidget(position, self.strips[number])
            self.updateGeometry()
        for facts in slots:
            self.strips[facts.slot].show_slot(facts, self.models.find(facts.model))
        self._offer_effects(slots)
        if self._wanted in self.strips:
            self.select(self._wanted)
        elif self.selection not in self.strips:
            self.select(numbers[0] if numbers else 0)

    def _offer_effects(self, slots: Sequence[SlotSnapshot]) -> None:
        """Offer every slot the effects that it can lead to without hearing itself."""
        models = {facts.slot: self.models.find(facts.model) for facts in slots}
        effects = {
            slot: f"{slot}  {model.name}"
            for slot, model in models.items()
            if model is not None and Plays.EFFECT in model.plays
        }
        ways = {facts.slot: Ways(facts.output, facts.send) for facts in slots}
        for slot, model in models.items():
            hits = model is not None and Plays.HITS in model.plays  # straight to the master
            free = [] if hits else [e for e in effects.items() if slot not in reached(e[0], ways)]
            self.strips[slot].offer_effects(free, slot in effects)

    def hear_key(self, channel: int, key: int) -> None:
        """Pass on a key that was pressed on channel 1 … 16 to a zone that is being learnt."""
        for strip in self.strips.values():
            strip.hear_key(channel, key)

    def follow(self, slot: int, field: str) -> None:
        """Show the engine's value of a slot's mix again, whatever the user has just moved."""
        if slot in self.strips:
            self.strips[slot].follow(field)

    def stop_or_start(self) -> None:
        """Stop or start the selected slot if it sounds by itself, as the user does."""
        if self.selection in self.strips:
            self.strips[self.selection].stop_or_start()

    def select_when_there(self, slot: int) -> None:
        """Select a slot that was just added, as soon as the engine reports it."""
        self._wanted = slot

    def select(self, slot: int) -> None:
        """Select the slot whose parameters are shown."""
        self._wanted = 0
        if slot == self.selection:
            return
        self.selection = slot
        for number, strip in self.strips.items():
            strip.show_selected(number == slot)
        QTimer.singleShot(0, self._reveal)  # after the layout has placed a new strip
        self.selected.emit(slot)

    def _reveal(self) -> None:
        strip = self.strips.get(self.selection)
        if strip is not None:
            self._scroll.ensureWidgetVisible(strip, 0, 0)

    def _new_strip(self, slot: int) -> SlotStrip:
        strip = SlotStrip(slot, lambda parent: self._menu_for(slot, parent), self)
        strip.mixed.connect(lambda field, value: self.mixed.emit(slot, field, value))
        strip.connected.connect(lambda *ways: self.connected.emit(slot, *ways))
        strip.removed.connect(lambda: self.removed.emit(slot))
        strip.selected.connect(lambda: self.select(slot))
        strip.stepped.connect(lambda step: self._move(slot, self._order.index(slot) + step))
        strip.grip.dragged.connect(lambda y: self._line.show_at(*self._gap(y), self._page))
        strip.grip.dropped.connect(lambda: self._drop(slot))
        return strip

    def _gap(self, screen_y: int) -> tuple[int, int]:
        """Return the position that a point of the screen is before, and the y of that gap in the
        page.
        """
        y = self._page.mapFromGlobal(QPoint(0, screen_y)).y()
        strips = [self.strips[number] for number in self._order]
        before = sum(strip.geometry().center().y() < y for strip in strips)
        if before < len(strips):
            return before, strips[before].geometry().top() - self._column.spacing() // 2
        return before, strips[-1].geometry().bottom() + self._column.spacing() // 2

    def _drop(self, slot: int) -> None:
        gap, here = self._line.gap, self._order.index(slot)
        self._line.hide()
        self._move(slot, gap - (gap > here))

    def _move(self, slot: int, position: int) -> None:
        if 0 <= position < len(self._order) and position != self._order.index(slot):
            self.moved.emit(slot, position)

    def _menu_for(self, slot: int, parent: QWidget) -> QMenu:
        menu = self.menus.menu(parent, lambda model: self.swapped.emit(slot, model))
        facts = self.strips[slot].facts
        model = self.models.find(facts.model) if facts else None
        if facts and facts.most_voices and model and Plays.NOTES in model.plays:
            add_voices_menu(menu, model.voices, facts.most_voices, partial(self.voiced.emit, slot))
        return menu

    def _choose_model(self) -> None:
        menu = self.menus.menu(self, self.added.emit)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(self.add.mapToGlobal(self.add.rect().bottomLeft()))
