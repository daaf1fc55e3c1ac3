"""Counts of the audio callback, as a value."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from rtaudiogen.realtime.callback import layout


@dataclass(frozen=True)
class Counters:
    """A snapshot. Single values are exact; two of them may be one callback apart."""

    calls: int
    device_frames: int  # handed to the device, silence included
    stream_start: int  # device frame of stream frame 0; -1 before it was played
    starved: bool  # an underrun episode is going on
    lost_frames: int  # silence where the stream should have been
    underrun_episodes: int
    episode_lost_frames: int  # of the current or last episode
    longest_episode_frames: int
    longest_gap_seconds: float  # between two callbacks
    device_flags: int  # every PortAudio status flag seen, or-ed
    device_underflows: int  # callbacks in which the device reported an underflow
    limited_frames: int
    not_finite_samples: int
    hits_ended: int
    hits_late: int  # hits that came after their frame had been handed to the device
    hits_latest_frames: int  # the greatest lateness of a hit
    limiter_gain: float  # 1 while nothing is limited
    device_latency_seconds: float  # from callback to loudspeaker, as the device says
    input_latency_seconds: float  # from microphone to callback, as the device says
    input_peak: float  # of the input's mono mix, falls by 20 dB a second
    input_not_finite_samples: int
    peak: tuple[float, ...]  # per channel, falls by 20 dB a second
    level: tuple[float, ...]  # per channel, root mean square over 300 ms

    @classmethod
    def read(cls, slots: NDArray[np.int64], reals: NDArray[np.float64]) -> Self:
        """Return the counters in the shared memory's two views. [any]"""
        channels = int(slots[layout.CHANNELS])
        peak = reals[layout.PEAK : layout.PEAK + channels]
        mean_square = reals[layout.MEAN_SQUARE : layout.MEAN_SQUARE + channels]
        return cls(
            calls=int(slots[layout.CALLS]),
            device_frames=int(slots[layout.DEVICE_FRAMES]),
            stream_start=int(slots[layout.STREAM_START]),
            starved=bool(slots[layout.STATE] == layout.STARVED),
            lost_frames=int(slots[layout.LOST_FRAMES]),
            underrun_episodes=int(slots[layout.EPISODES]),
            episode_lost_frames=int(slots[layout.EPISODE_LOST_FRAMES]),
            longest_episode_frames=int(slots[layout.LONGEST_EPISODE_FRAMES]),
            longest_gap_seconds=float(slots[layout.LONGEST_GAP_NS]) / 1e9,
            device_flags=int(slots[layout.DEVICE_FLAGS]),
            device_underflows=int(slots[layout.DEVICE_UNDERFLOWS]),
            limited_frames=int(slots[layout.LIMITED]),
            not_finite_samples=int(slots[layout.NOT_FINITE]),
            hits_ended=int(slots[layout.HITS_ENDED]),
            hits_late=int(slots[layout.HITS_LATE]),
            hits_latest_frames=int(slots[layout.HITS_LATEST_FRAMES]),
            limiter_gain=float(reals[layout.LIMITER_GAIN]),
            device_latency_seconds=float(reals[layout.DEVICE_LATENCY_SECONDS]),
            input_latency_seconds=float(reals[layout.INPUT_LATENCY_SECONDS]),
            input_peak=float(reals[layout.INPUT_PEAK]),
            input_not_finite_samples=int(slots[layout.INPUT_NOT_FINITE]),
            peak=tuple(peak.tolist()),
            level=tuple(np.sqrt(mean_square).tolist()),
        )
