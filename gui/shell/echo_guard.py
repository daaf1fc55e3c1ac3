"""What a hand has moved is believed to be there before the engine says so."""

ECHO_LOOKS = 15  # half a second: an engine that has not heard of a change may contradict it


class Settling:
    """Counts, for every field, the looks until the engine's value is believed again."""

    def __init__(self) -> None:
        self._left: dict[str, int] = {}

    def touch(self, field: str) -> None:
        """A hand has moved it."""
        self._left[field] = ECHO_LOOKS

    def believes(self, field: str) -> bool:
        """Whether the engine's newest value is to be shown; asked once a look."""
        left = self._left.get(field, 0)
        self._left[field] = max(0, left - 1)
        return left == 0
