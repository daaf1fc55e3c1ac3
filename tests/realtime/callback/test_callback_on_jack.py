"""The compiled callback on a real audio server: a client records what was written."""

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import TYPE_CHECKING

import numpy as np
import pytest
from numpy.typing import NDArray

from rtaudiogen.devices import find_output, open_output
from rtaudiogen.realtime.callback.memory import AudioMemory
from tests.waiting import eventually

if TYPE_CHECKING:
    from tests.jack_server import JackServer

pytestmark = pytest.mark.jack

RATE = 48000
SECONDS = 2


def ramp(frames: int) -> NDArray[np.float32]:
    """Return frames that all differ, also between channels, exactly in float32."""
    rising = (np.arange(frames) + 1) / 2**23
    return np.stack([rising, -rising], axis=1).astype(np.float32)


@contextmanager
def gil_hog() -> Iterator[None]:
    """Run a thread that sits in one C call after another and never releases the GIL."""
    stop = threading.Event()

    def hog() -> None:
        while not stop.is_set():
            sum(range(10**6))

    thread = threading.Thread(target=hog)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


@pytest.mark.parametrize("company", [nullcontext, gil_hog], ids=["alone", "gil-hog"])
@pytest.mark.parametrize("block_frames", [128, 256, 512])
def test_a_client_of_the_server_records_exactly_what_was_written(
    jack_server: "JackServer",
    block_frames: int,
    company: Callable[[], AbstractContextManager[None]],
) -> None:
    audio = ramp(SECONDS * RATE)
    memory = AudioMemory.create(RATE, target_frames=len(audio))
    output = open_output(find_output("JACK"), memory, block_frames)
    output.start()
    try:
        ports = jack_server.ports("PortAudio:out_")
        with jack_server.capture(ports, SECONDS + 20) as recording, company():
            memory.ring.write(audio)
            eventually(lambda: memory.ring.read_frames >= len(audio) + 2 * RATE // 10)
        assert output.active
    finally:
        assert output.close()
    recorded = recording.samples
    start = np.flatnonzero(recorded[:, 0])[0]
    exact = len(audio) - RATE // 100  # the ring runs empty in the end: the last frames fade out
    np.testing.assert_array_equal(recorded[:start], 0)
    np.testing.assert_array_equal(recorded[start : start + exact], audio[:exact])
