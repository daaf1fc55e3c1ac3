"""Two JACK clients: one plays into some ports, one records another; both tell JACK's own time.

python jack_loop.py SERVER OUT.npz SECONDS SIGNAL SOURCE DESTINATION…
SIGNAL is "numbers" or "noise"; a DESTINATION that begins with "-" gets its opposite.
Prints "connected", records SECONDS and writes `played_from` and `recorded_from`, frames of JACK's
time, and `samples` (frames,) of SOURCE.
"""

import sys
import threading

import jack
import numpy as np

PERIOD_FRAMES = 1 << 20


def signal(start: int, frames: int) -> np.ndarray:
    """Return (frames,) float32: exact, without DC, another value for every frame of a period."""
    numbers = np.arange(start, start + frames)
    size = (numbers % PERIOD_FRAMES + 1) / 2**23
    return np.where(numbers % 2, -size, size).astype(np.float32)


def noise(start: int, frames: int) -> np.ndarray:
    """Return (frames,) float32 of a period of 16384 frames, and zeros before frame 0."""
    table = np.random.default_rng(0).uniform(-0.4, 0.4, 1 << 14).astype(np.float32)
    numbers = np.arange(start, start + frames)
    return np.where(numbers < 0, np.float32(0.0), table[numbers % len(table)])


SIGNALS = {"numbers": signal, "noise": noise}


def main(
    server: str, path: str, seconds: float, name: str, source: str, destinations: list[str]
) -> None:
    played = SIGNALS[name]
    player = jack.Client("loop_player", servername=server, no_start_server=True)
    recorder = jack.Client("loop_recorder", servername=server, no_start_server=True)
    out, opposite = (player.outports.register(name) for name in ("out", "opposite"))
    heard = recorder.inports.register("in")
    begun = {"played": -1, "recorded": -1}
    samples = np.zeros(int(seconds * player.samplerate), np.float32)
    full = threading.Event()

    @player.set_process_callback
    def play(frames: int) -> None:
        now = player.last_frame_time
        if begun["played"] < 0:
            begun["played"] = now
        out.get_array()[:] = played(now - begun["played"], frames)
        opposite.get_array()[:] = -out.get_array()

    @recorder.set_process_callback
    def record(frames: int) -> None:
        now = recorder.last_frame_time
        if begun["recorded"] < 0:
            begun["recorded"] = now
        start = now - begun["recorded"]
        count = min(frames, len(samples) - start)
        if count <= 0:
            full.set()
            return
        samples[start : start + count] = heard.get_array()[:count]

    with player, recorder:
        for destination in destinations:
            port = opposite if destination.startswith("-") else out
            player.connect(port, destination.removeprefix("-"))
        recorder.connect(source, heard)
        print("connected", flush=True)
        full.wait()
    np.savez(path, played_from=begun["played"], recorded_from=begun["recorded"], samples=samples)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], float(sys.argv[3]), sys.argv[4], sys.argv[5], sys.argv[6:])
