"""Messages that all channels have received so far, for slots that are added later. [render]"""

from typing import Any

from ...events import EventKind
from .channels import Channels
from .following import follow
from .zone import Zone


class Told:
    """States of every port and channel, and the order in which the channels received messages."""

    def __init__(self) -> None:
        self.channels = Channels()
        self._order: dict[EventKind, dict[int, None]] = {}  # sources, the latest last

    def midi(self, status: int, data1: int, data2: int, port: int) -> None:
        """Take in one channel message."""
        source, kind = port << 4 | status & 0x0F, status & 0xF0
        if kind == 0x90 and data2 > 0:
            self.channels.of(source).press(data1)
        elif kind in (0x80, 0x90):
            self.channels.of(source).let_go(data1)
        for changed in follow(self.channels, source, kind, data1, data2, Zone().bend_range):
            order = self._order.setdefault(changed, {})
            order.pop(source, None)
            order[source] = None

    def common(self, zone: Zone) -> dict[EventKind, float]:
        """Return the values for a stream: the last ones of the channels that its slot listens
        to.
        """
        found = {kind: self._last(order, zone) for kind, order in self._order.items()}
        return {
            kind: self.channels.value(kind, source, zone.bend_range)
            for kind, source in found.items()
            if source is not None
        }

    def _last(self, order: dict[int, None], zone: Zone) -> int | None:
        return next((s for s in reversed(order) if zone.listens(s & 0x0F)), None)

    def panic(self) -> None:
        """Bring every controller to rest and forget every key."""
        self.channels.panic()

    def save_state(self) -> dict[str, Any]:
        """Return everything as JSON values."""
        order = [[int(kind), list(sources)] for kind, sources in self._order.items()]
        return {"channels": self.channels.save_state(), "order": order}

    def load_state(self, saved: dict[str, Any]) -> None:
        """Restore what `save_state` returned."""
        self.channels.load_state(saved["channels"])
        self._order = {EventKind(kind): dict.fromkeys(sources) for kind, sources in saved["order"]}
