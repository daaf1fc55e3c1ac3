"""Readings of a renderer while it plays: copies, a quantum old at most."""

from collections.abc import Mapping
from dataclasses import dataclass

from ...generator import Generator, Plays
from .slot import Slot
from .slot_generator import SlotGenerator


@dataclass(frozen=True)
class SlotReading:
    """Facts of a slot while it plays."""

    generator: Generator
    device: str  # its processor, of `processors.NAMES`
    peak: tuple[float, float]  # recent, left and right, amplitude
    voices: int  # sounding voices
    parameters: tuple[float, ...]  # targets, plain values, in the descriptor's order
    bend_range: float  # semitones, of channels that were told no other
    faults: int
    failed: str  # the generator's error; "" while it works
    latency_frames: int  # resampler + model delay, host frames
    load: float  # rendering time as a share of the available time
    listens: bool = False  # the live input reaches it
    input_delay_frames: int = 0  # of the input's resampler, host frames
    answer_frames: int = 0  # from there to the answer, resampler + model, host frames

    @property
    def values(self) -> dict[str, float]:
        """The parameters' targets by id."""
        ids = [parameter.id for parameter in self.generator.descriptor.parameters]
        return dict(zip(ids, self.parameters, strict=True))


@dataclass(frozen=True)
class Reading:
    """Facts of a renderer while it plays."""

    frame: int
    load_p50: float  # render time ÷ duration of what was rendered
    load_p99: float
    limiter_gain: float
    peak: tuple[float, float]  # recent, of the output
    late_events: int
    slots: dict[int, SlotReading]  # without those whose generator is not there yet


def read_slots(
    slots: Mapping[int, Slot], wanted: Mapping[int, SlotGenerator]
) -> dict[int, SlotReading]:
    """Return readings of the slots that play their newest generator. [control]"""
    return {
        number: _read(slot, sources[-1])
        for number, slot in slots.items()
        if (sources := slot.sources) and sources[-1] is wanted.get(number)
    }


def _read(slot: Slot, source: SlotGenerator) -> SlotReading:
    left, right = slot.meter.tolist()
    count = len(source.parameters.values)
    return SlotReading(
        generator=source.generator,
        device=source.device,
        peak=(left, right),
        voices=source.voices.sounding,
        parameters=tuple(source.parameters.target(i) for i in range(count)),
        bend_range=slot.zone.bend_range,
        faults=source.faults,
        failed=source.failed,
        latency_frames=source.latency_frames,
        load=slot.load.median(),
        listens=Plays.EFFECT in source.generator.descriptor.plays and slot.strip.hears_input,
        input_delay_frames=source.input_delay_frames,
        answer_frames=source.answer_frames,
    )
