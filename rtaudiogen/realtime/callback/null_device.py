"""Output without a device: a thread that keeps the clock and calls the same callback."""

import ctypes
import threading
import time

import numpy as np

from rtaudiogen.realtime.callback.callback import callback
from rtaudiogen.realtime.callback.memory import AudioMemory

_MOST_BEHIND_SECONDS = 1.0  # after a sleep of the machine, older blocks are skipped
_JOIN_SECONDS = 2.0


class NullDevice:
    """Calls the callback once a block, on an absolute schedule: late calls are made up for."""

    name, input_name = "null", ""  # its input is silence

    def __init__(self, memory: AudioMemory, block_frames: int) -> None:
        self.sample_rate = memory.sample_rate
        self.block_frames = block_frames
        self.latency_seconds = self.input_latency_seconds = 0.0
        self._memory = memory
        self._out = np.zeros((block_frames, memory.channels), np.float32)
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        memory.prepare_device(memory.channels)

    @property
    def active(self) -> bool:
        """True while blocks are requested."""
        return self._thread is not None and self._thread.is_alive()

    def start(self) -> None:
        """Start to request blocks. [control]"""
        if not self.active:
            self._stop.clear()
            self._thread = threading.Thread(target=self._run, name="null device", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """Stop to request blocks. Idempotent. [control]"""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(_JOIN_SECONDS)
            self._thread = None

    def close(self) -> bool:
        """Stop for good; return True: it always stops in time. [control]"""
        self.stop()
        return True

    def _run(self) -> None:
        period = self.block_frames / self.sample_rate
        times = (ctypes.c_double * 3)()  # PaStreamCallbackTimeInfo
        due = time.perf_counter()
        while not self._stop.is_set():
            now = time.perf_counter()
            if now < due:
                self._stop.wait(due - now)
                continue
            if now - due > _MOST_BEHIND_SECONDS:
                due = now
            times[1] = times[2] = now
            callback.ctypes(
                None,
                self._out.ctypes.data,
                self.block_frames,
                ctypes.addressof(times),
                0,
                self._memory.address,
            )
            due += period
