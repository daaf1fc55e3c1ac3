"""Preparation of generators for slots, each on the processor that is chosen for its model."""

from collections.abc import Callable, Mapping

from ...errors import RtAudioGenError
from ...generator import Descriptor, Generator
from .checks import checked_value
from .rack import Message
from .slot_generator import SlotGenerator, first_line

CPU = "cpu"
DeviceOf = Callable[[Descriptor], str]  # returns the processor for a model


def on_the_cpu(model: Descriptor) -> str:
    """Return the processor that can compute every model."""
    return CPU


class Preparation:
    """Prepares generators for a host rate of `sample_rate` Hz. [control], takes seconds"""

    def __init__(
        self, sample_rate: int, device_of: DeviceOf, tell: Callable[[Message], object]
    ) -> None:
        self._sample_rate, self._device_of, self._tell = sample_rate, device_of, tell

    def prepare(
        self,
        generator: Generator,
        number: int,
        seed: int,
        sound: str,
        parameters: Mapping[str, float] | None = None,
    ) -> SlotGenerator:
        """Return a generator for the slot `number` that begins with these values.

        If its device fails, it is prepared on the CPU, with a "moved" message. UsageError for a
        wrong name or value of a parameter.
        """
        descriptor = generator.descriptor
        values = {
            id: checked_value(descriptor, id, value) for id, value in (parameters or {}).items()
        }
        source = self._on_its_device(generator, number, seed, sound)
        for id, value in values.items():
            source.parameters.jump(descriptor.parameter_index(id), value)
        return source

    def _on_its_device(
        self, generator: Generator, number: int, seed: int, sound: str
    ) -> SlotGenerator:
        device = self._device_of(generator.descriptor)
        try:
            return SlotGenerator(generator, self._sample_rate, seed, device, sound)
        except RtAudioGenError as error:
            if device == CPU:
                raise
            self._tell(Message("moved", number, first_line(error), payload=device))
            return SlotGenerator(generator, self._sample_rate, seed, CPU, sound)
