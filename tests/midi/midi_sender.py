"""Another program with a MIDI port, in a process of its own: nothing here slows it down.

python midi_sender.py PORT_NAME, then words on standard input: a number waits for so many seconds,
hexadecimal bytes with commas between them are sent. Prints "ready" when the port is there and, when
the input ends, the times of sending as JSON, in seconds of `time.perf_counter`.
"""

import json
import sys
import time

import rtmidi


def main(name: str) -> None:
    out = rtmidi.MidiOut(rtmidi.API_UNIX_JACK, name="sender")
    out.open_virtual_port(name)
    print("ready", flush=True)
    sent = []
    for word in (word for line in sys.stdin for word in line.split()):
        if "," in word:
            sent.append(time.perf_counter())
            out.send_message([int(byte, 16) for byte in word.split(",") if byte])
        else:
            time.sleep(float(word))
    time.sleep(0.1)  # until the server has taken the last ones
    print(json.dumps(sent), flush=True)
    out.close_port()
    out.delete()


if __name__ == "__main__":
    main(sys.argv[1])
