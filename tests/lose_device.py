"""Play on the JACK server until it is gone, report what is noticed, and leave by os._exit."""

import os
import time

from rtaudiogen.devices import Watch, find_output, open_output
from rtaudiogen.realtime.callback.memory import AudioMemory

memory = AudioMemory.create(48000, 1024)
output = open_output(find_output("jack"), memory, 256)
output.start()
watch = Watch(output, memory)
while memory.counters().calls < 20:
    time.sleep(0.01)
time.sleep(3)  # past the patience of the beginning
print("playing", flush=True)
while watch.is_alive():
    time.sleep(0.05)
print("lost", flush=True)
print("closed", output.close(), flush=True)
os._exit(7)
