"""Builder of the engine's snapshot from the facts of its parts."""

import math
from dataclasses import replace
from typing import Protocol

from ..midi import MidiInput
from ..midi.poller import POLL_SECONDS
from ..realtime.hits.kit import Kit
from ..realtime.hits.pads import Pads
from ..realtime.render.readings import SlotReading
from ..realtime.render.renderer import Renderer
from ..recorder import Recorder
from ..saving.sessions import SlotState
from ..wire.settings import NULL_OUTPUT
from ..wire.snapshot import HitsSnapshot, MidiSnapshot, RecordingSnapshot, SlotSnapshot, Snapshot
from .codes import codes_now
from .transport import Transport


class Parts(Protocol):
    """The parts of an engine that a snapshot tells of; see `core.Engine`."""

    transport: Transport
    renderer: Renderer
    pads: Pads
    midi: MidiInput
    recorder: Recorder
    slots: dict[int, SlotState]
    playing: bool
    machine_gap_seconds: float
    master_gain_db: float
    messages: list[str]


def snapshot(engine: Parts) -> Snapshot:
    """Return the present facts; two of them may be a quantum apart. [control]"""
    transport, reading = engine.transport, engine.renderer.read()
    counters = transport.memory.counters()
    midi = engine.midi.status()
    return Snapshot(
        device=transport.output.name,
        sample_rate=transport.sample_rate,
        playing=engine.playing,
        null_device=transport.output.name == NULL_OUTPUT,
        midi_ports=tuple(port.name for port in midi.ports),
        midi=_midi(engine),
        input=transport.output.input_name,
        latency_ms=input_latency_ms(engine) if transport.output.input_name else latency_ms(engine),
        load_p50=reading.load_p50,
        load_p99=reading.load_p99,
        underrun_episodes=counters.underrun_episodes,
        lost_frames=counters.lost_frames,
        longest_gap_ms=counters.longest_gap_seconds * 1000,
        machine_gap_ms=engine.machine_gap_seconds * 1000,
        late_events=reading.late_events,
        late_hits=counters.hits_late,
        dropped_midi_bytes=sum(port.counts.dropped for port in midi.ports),
        frames_played=transport.memory.ring.read_frames,
        master_gain_db=engine.master_gain_db,
        peak=max(counters.peak),
        input_peak=counters.input_peak,
        input_late_frames=transport.capture.late_frames,
        input_lost_frames=transport.capture.lost_frames,
        limiter_db=20 * math.log10(max(reading.limiter_gain * counters.limiter_gain, 1e-6)),
        slots=tuple(
            _slot(engine, number, state, reading.slots.get(number))
            for number, state in engine.slots.copy().items()
        ),
        recording=_recording(engine),
        memory=transport.memory.name,
        messages=tuple(engine.messages[-20:]),
    )


def latency_ms(engine: Parts) -> dict[str, float]:
    """Return the latency from a key to the loudspeaker, by named parts in signal order."""
    transport, rate = engine.transport, engine.transport.sample_rate
    ring = transport.memory.ring.goal_frames
    renderer = engine.renderer
    answers = [
        s.latency_frames + renderer.frames_after(n) for n, s in renderer.read().slots.items()
    ]
    if engine.slots and all(engine.pads.kit(number) for number in engine.slots):
        return _hit_latency_ms(engine)
    return {
        "MIDI": POLL_SECONDS * 1000,
        "ring": 1000 * ring / rate,
        "block": 1000 * (transport.latency_frames - ring) / rate,
        "resampler + model": 1000 * max(answers, default=0) / rate,
        "limiter": 1000 * renderer.delay_frames / rate,
        "device": 1000 * transport.output.latency_seconds,
    }


def _hit_latency_ms(engine: Parts) -> dict[str, float]:
    """Return the latency when all slots play hits, which bypass the ring."""
    transport = engine.transport
    return {
        "MIDI": POLL_SECONDS * 1000,
        "block": 1000 * transport.block_frames / transport.sample_rate,
        "device": 1000 * transport.output.latency_seconds,
    }


def input_latency_ms(engine: Parts) -> dict[str, float]:
    """Return the latency from microphone to loudspeaker, by named parts in signal order."""
    transport, rate = engine.transport, engine.transport.sample_rate
    slots = {n: slot for n, slot in engine.renderer.read().slots.items() if slot.listens}
    answers = [slot.answer_frames + engine.renderer.frames_after(n) for n, slot in slots.items()]
    heard = [slot.input_delay_frames for slot in slots.values()]
    return {
        "input device": 1000 * transport.output.input_latency_seconds,
        "ring": 1000 * transport.capture.delay_frames / rate,
        "input resampler": 1000 * max(heard, default=0) / rate,
        "resampler + model": 1000 * max(answers, default=0) / rate,
        "limiter": 1000 * engine.renderer.delay_frames / rate,
        "device": 1000 * transport.output.latency_seconds,
    }


def _midi(engine: Parts) -> tuple[MidiSnapshot, ...]:
    return tuple(
        MidiSnapshot(**heard._replace(seconds=round(heard.seconds, 4))._asdict())
        for heard in engine.midi.monitor.newest()
    )


def _slot(
    engine: Parts, number: int, state: SlotState, reading: SlotReading | None
) -> SlotSnapshot:
    ways = engine.renderer.ways(number)
    known = SlotSnapshot(
        slot=number,
        model=state.model,
        values=state.values,
        mix=state.mix.values(),
        output=ways.output,
        send=ways.send,
        controls={id: controller for controller, id in state.controls.items()},
        sound=state.sound,
    )
    if reading is None:  # not yet on the render thread
        return known
    kit = engine.pads.kit(number)
    codes = codes_now(reading.generator)
    return replace(
        known,
        level=max(reading.peak) if kit is None else kit.level(),
        voices=reading.voices if kit is None else kit.sounding(),
        most_voices=reading.generator.descriptor.voices,
        device=reading.device,
        faults=reading.faults,
        values=reading.values,
        hits=None if kit is None else _hits(kit),
        position=codes.position,
        codes_played=codes.played,
        newest_codes=codes.newest,
        load=round(reading.load, 4),
    )


def _hits(kit: Kit) -> HitsSnapshot:
    return HitsSnapshot(*kit.counts(), ready=kit.pool.fill())


def _recording(engine: Parts) -> RecordingSnapshot | None:
    status = engine.recorder.status()
    if status is None:
        return None
    return RecordingSnapshot(
        path=str(status.path),
        seconds=status.seconds,
        running=status.running,
        marks=status.marks,
        lost_frames=status.lost_frames,
        problem=status.problem,
        clipped=status.clipped,
    )
