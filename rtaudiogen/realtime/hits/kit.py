"""Kit: the pads of one slot, with the hits that a strike starts and stops."""

import math
import time
from random import Random
from threading import Lock
from typing import NamedTuple, cast

import numpy as np
from numpy.typing import NDArray

from ...events import EventKind
from ...generator import Audio, HitMaker, Strike
from ..callback import layout
from ..notes.channels import Channels
from ..notes.following import ALL_SOUND_OFF, follow
from ..notes.keyboard import softened
from ..render.slot import METER_SECONDS, Slot
from ..render.slot_generator import SlotGenerator, first_line
from ..signal.mixing import pan_gains
from .finishing import finish, repitched
from .hits import Hit, Hits
from .pool import Job, Pool

NOTE_ON, CONTROL = 0x90, 0xB0
REPLAY_PITCH, REPLAY_GAIN = 0.03, 0.15  # the greatest differences of a repeated hit, as shares
_ATTACK_FRAMES = 2048  # in which a hit is assumed to be loudest, for the meter


class _Sounding(NamedTuple):
    hit: Hit
    group: int
    frame: int  # stream frame of its beginning; 0: at once


class KitCounts(NamedTuple):
    """Counts of the strikes so far."""

    played: int  # made for this strike
    stale: int  # of these, made for other values or another velocity
    replays: int  # slightly varied repetitions of the last hit, because none was ready
    refused: int  # not played, because too many sounded


class Kit:
    """The pads of one slot. Its own lock is between the threads that strike: [midi] and the
    striker.
    """

    def __init__(
        self, number: int, slot: Slot, source: SlotGenerator, hits: Hits, rate: int, channels: int
    ) -> None:
        self.number, self.slot, self.source = number, slot, source
        self.maker = cast(HitMaker, source.generator)
        self.pool = Pool(self.maker)
        self.failure = ""  # the maker's error; no more hits are made after it
        self.played = self.stale = self.replays = self.refused = 0
        self._hits = hits
        self._rate, self._channels = rate, channels
        self._sounding: list[_Sounding] = []
        self._chance = Random(source.seed)
        self._meter = 0.0, 0.0  # peak, and its time
        self._lock = Lock()
        self.channels = Channels()  # a copy of its own: strikes run ahead of the render thread
        self.channels.unheard = slot.controllers

    # -- strikes [midi] --------------------------------------------------------------------------

    def midi(
        self, status: int, data1: int, data2: int, stream_frame: int | None, port: int = 0
    ) -> None:
        """Play a channel message that takes effect at a stream frame, or at once."""
        source, kind = port << 4 | status & 0x0F, status & 0xF0
        listens = self.slot.zone.listens(status)
        follow(self.channels, source, kind, data1, data2, self.slot.zone.bend_range)
        if listens and kind == CONTROL and data1 == ALL_SOUND_OFF:
            self.stop(stream_frame)
        elif listens and kind == NOTE_ON and data2 > 0:
            self._strike(source, data1, data2, stream_frame)

    def _strike(self, source: int, played: int, velocity: int, stream_frame: int | None) -> None:
        key = self.slot.zone.pitch(played)
        pad = None if key is None else self.maker.pad_of(key)
        if pad is None:
            return
        values, struck = self.values(), softened(self.channels, source, velocity) / 127
        how = self.maker.strike(pad, struck, values)
        with self._lock:
            audio, gain = self._next(pad, self.maker.layer_of(struck, values))
            if audio is None:
                return
            end = self._choke(how.choke_group, stream_frame)
            how = how._replace(gain=how.gain * gain * self._told(EventKind.VOLUME, source))
            self._start(audio, how, stream_frame, end, self._told(EventKind.PAN, source))

    def _told(self, kind: EventKind, source: int) -> float:
        return self.channels.value(kind, source, 0.0)

    def _next(self, pad: int, layer: int) -> tuple[Audio | None, float]:
        """Return the hit to play and its gain: the next hit, or a repetition of the last one."""
        taken = self.pool.take(pad, layer)
        if taken is not None:
            audio, fresh = taken
            self.played += 1
            self.stale += not fresh
            return audio, 1.0
        last = self.pool.last(pad)
        if last is None:
            return None, 0.0
        self.replays += 1
        ratio = 1.0 + REPLAY_PITCH * self._chance.uniform(-1.0, 1.0)
        return repitched(last, ratio), 1.0 - REPLAY_GAIN * self._chance.random()

    def _choke(self, group: int, stream_frame: int | None) -> int | None:
        """End the hits of a group; return the frame at which a later one will end the new hit."""
        later = []
        for other in self._still_sounding() if group else ():
            if other.group != group:
                continue
            if stream_frame is None or other.frame <= stream_frame:
                self._hits.stop(other.hit, stream_frame=stream_frame)
            else:
                later.append(other.frame)
        return min(later, default=None)

    def _start(
        self, audio: Audio, how: Strike, stream_frame: int | None, end: int | None, pan: float
    ) -> None:
        left, right = self.slot.gains(self.source.channels)
        ours_left, ours_right = pan_gains(how.pan, 2)  # a balance: unchanged in the centre
        if pan:  # of the channel
            channel_left, channel_right = pan_gains(pan, 2)
            ours_left, ours_right = ours_left * channel_left, ours_right * channel_right
        left, right = left * ours_left * how.gain, right * ours_right * how.gain
        if left == right == 0.0 or not math.isfinite(left + right):
            return
        hit = self._hits.start(audio, left, right, stream_frame)
        if hit is None:
            self.refused += 1
            return
        if end is not None:
            self._hits.stop(hit, stream_frame=end)
        if len(self._sounding) >= layout.HIT_COUNT:
            self._sounding = self._still_sounding()
        self._sounding.append(_Sounding(hit, how.choke_group, stream_frame or 0))
        peak = float(np.abs(audio[:_ATTACK_FRAMES]).max()) * max(left, right)
        self._meter = max(peak, self.level()), time.monotonic()

    def stop(self, stream_frame: int | None = None) -> None:
        """Fade out everything that sounds. [midi] or [control]"""
        with self._lock:
            for sounding in self._still_sounding():
                self._hits.stop(sounding.hit, stream_frame=stream_frame)

    def stop_if_muted(self) -> None:
        """Fade out everything that sounds if the mixer has closed the slot. [worker]"""
        if self._sounding and self.slot.gains(2) == (0.0, 0.0):
            self.stop()

    def _still_sounding(self) -> list[_Sounding]:
        still = set(self._hits.still(sounding.hit for sounding in self._sounding))
        return [sounding for sounding in self._sounding if sounding.hit in still]

    # -- making [worker] -------------------------------------------------------------------------

    def look(self) -> Job | None:
        """Return the most urgent job."""
        self.pool.look(self.values(), self.source.resets)
        return self.pool.next_job()

    def make(self, job: Job) -> None:
        """Make a job's hit; takes milliseconds."""
        audio = self.maker.make(job.recipe)
        source = self.source
        self.pool.put(job, finish(audio, source.generator.sample_rate, self._rate, self._channels))

    def make_first(self) -> None:
        """Make one hit for every pad and layer. [control], before the worker knows this kit"""
        while (job := self.look()) is not None and self.pool.urgency(job)[0] == 0:
            self.make(job)

    # -- facts [any] -----------------------------------------------------------------------------

    def values(self) -> NDArray[np.float32]:
        """Return (parameters,) present values."""
        return self.source.parameters.values.copy()

    def sounding(self) -> int:
        """Return the number of its hits that sound."""
        return len(self._hits.still(sounding.hit for sounding in self._sounding))

    def level(self) -> float:
        """Return the recent peak after gain, which falls like the meters of the mixer."""
        peak, at = self._meter
        return peak * math.exp((at - time.monotonic()) / METER_SECONDS)

    def counts(self) -> KitCounts:
        """Return the counts since the kit was placed."""
        return KitCounts(self.played, self.stale, self.replays, self.refused)

    def give_up(self, error: Exception) -> None:
        """Note that the maker has failed: present hits are played, and no more are made."""
        self.failure = f"{type(error).__name__}: {first_line(error)}"
