"""A JACK client in a process of its own: records the ports it is told, bit for bit.

python jack_capture.py SERVER OUT.npy SECONDS PORT…
Prints "connected" when the next frame played will be recorded; ends after SECONDS of audio or when
its standard input is closed.
"""

import sys
import threading

import jack
import numpy as np


def main(server: str, path: str, seconds: float, sources: list[str]) -> None:
    client = jack.Client("capture", servername=server, no_start_server=True)
    ports = [client.inports.register(f"in_{index}") for index, _ in enumerate(sources)]
    recording = np.zeros((int(seconds * client.samplerate), len(ports)), np.float32)
    position = 0
    full = threading.Event()

    @client.set_process_callback
    def process(frames: int) -> None:
        nonlocal position
        count = min(frames, len(recording) - position)
        for index, port in enumerate(ports):
            recording[position : position + count, index] = port.get_array()[:count]
        position += count
        if position == len(recording):
            full.set()

    def end_with_parent() -> None:
        sys.stdin.read()
        full.set()

    with client:
        for source, port in zip(sources, ports, strict=True):
            client.connect(source, port)
        print("connected", flush=True)
        threading.Thread(target=end_with_parent, daemon=True).start()
        full.wait()
    np.save(path, recording[:position])


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], float(sys.argv[3]), sys.argv[4:])
