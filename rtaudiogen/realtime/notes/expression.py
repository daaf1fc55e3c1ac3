"""Distribution of channel messages to the voices of a slot. [render]

If one channel plays alone, all voices and the stream get its messages at once. If several channels
sound, each voice gets the messages of its own channel, so those of one channel never reach the
notes of another.
"""

from collections.abc import Iterable
from typing import Any

from ...events import ALL_VOICES, EventKind
from .channels import REST, Channels
from .voices import VoiceAllocator

MIDDLE_KEY, KEYS_TO_A_SIDE = 64, 36


class Expression:
    """Sends bend, modulation, pressure, timbre, volume and pan to the voices.

    `streams`: the generator also sounds by itself, so it follows the last message of any channel.
    """

    def __init__(self, voices: VoiceAllocator, channels: Channels, streams: bool) -> None:
        self._voices, self._channels, self._streams = voices, channels, streams
        self._common = dict(REST)  # the last values for ALL_VOICES
        self._key_pan = 0.0  # how far keys lie apart, 0 … 1

    def change(
        self, frame: int, kind: EventKind, source: int, slot_range: float, listens: bool
    ) -> None:
        """Tell the affected voices that something about a source has changed.

        `listens`: the slot listens to that channel.
        """
        concerned = self._channels.affected(source)
        value = self._channels.value(kind, source, slot_range)
        if listens and (self._streams or self._is_alone(kind, concerned, value, slot_range)):
            self._tell_all(frame, kind, value)
            if self._streams or (kind == EventKind.PAN and self._key_pan):
                self._correct(frame, kind, value, slot_range)
        else:
            for index in self._voices.sounding_of(concerned):
                self._tell(frame, kind, index, slot_range)

    def begin(self, index: int, slot_range: float) -> None:
        """Tell a voice whose note begins where its values differ from the common ones."""
        voice = self._voices.voices[index]
        for kind, common in self._common.items():
            value = self._wanted(kind, index, slot_range)
            if value != common:
                self._voices.emit(voice.start, kind, index, value=value)

    def place_keys(self, frame: int, share: float, slot_range: float) -> None:
        """Let low keys lie so far left, and high keys right, those that sound as well."""
        if share != self._key_pan:
            self._key_pan = share
            for index, voice in enumerate(self._voices.voices):
                if voice.sounds:
                    self._tell(frame, EventKind.PAN, index, slot_range)

    def press(self, frame: int, index: int, slot_range: float) -> None:
        """Tell one voice of its key's own pressure."""
        self._tell(frame, EventKind.PRESSURE, index, slot_range)

    def rest(self, frame: int, kinds: Iterable[EventKind]) -> None:
        """Bring everything to rest."""
        for kind in kinds:
            self._tell_all(frame, kind, REST[kind])

    def repeat(self, frame: int, common: dict[EventKind, float] | None = None) -> None:
        """Tell a generator at rest the common values, or those of another generator."""
        self._common = {**REST, **(self._common if common is None else common)}
        for kind, value in self._common.items():
            if value != REST[kind]:
                self._voices.emit(frame, kind, value=value)

    @property
    def common(self) -> dict[EventKind, float]:
        """The last values for ALL_VOICES, by kind."""
        return self._common

    def _is_alone(
        self, kind: EventKind, concerned: tuple[int, ...], value: float, slot_range: float
    ) -> bool:
        """Return True if that value is right for all notes that sound."""
        return all(
            source in concerned and self._channels.value(kind, source, slot_range) == value
            for source in self._voices.sounding_sources()
        )

    def _tell_all(self, frame: int, kind: EventKind, value: float) -> None:
        self._voices.drop(frame, kind)
        self._voices.emit(frame, kind, ALL_VOICES, value=value)
        self._common[kind] = value

    def _correct(self, frame: int, kind: EventKind, told: float, slot_range: float) -> None:
        """Tell the voices for which the common value is wrong."""
        for index, voice in enumerate(self._voices.voices):
            if voice.sounds and self._wanted(kind, index, slot_range) != told:
                self._tell(frame, kind, index, slot_range)

    def _tell(self, frame: int, kind: EventKind, index: int, slot_range: float) -> None:
        start = max(frame, self._voices.voices[index].start)
        self._voices.emit(start, kind, index, value=self._wanted(kind, index, slot_range))

    def _wanted(self, kind: EventKind, index: int, slot_range: float) -> float:
        voice = self._voices.voices[index]
        if kind == EventKind.PRESSURE and voice.pressure >= 0:
            return voice.pressure / 127
        value = self._channels.value(kind, voice.source, slot_range)
        if kind == EventKind.PAN and self._key_pan:
            value += self._key_pan * (voice.key - MIDDLE_KEY) / KEYS_TO_A_SIDE
            value = min(max(value, -1.0), 1.0)
        return value

    def save_state(self) -> list[Any]:
        """Return everything that is not in the channels, as JSON values."""
        return [[int(kind), value] for kind, value in self._common.items()]

    def load_state(self, saved: list[Any]) -> None:
        """Restore what `save_state` returned."""
        self._common = {EventKind(kind): value for kind, value in saved}
