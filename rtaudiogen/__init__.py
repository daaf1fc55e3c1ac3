"""rtaudiogen plays neural networks like instruments, live.

`generator` is the contract that a sound source fulfils, `registry` finds sources, `engine` plays
them (`engine.process` in a process of its own), `offline` renders them to a file, and `realtime` is
the only room whose code may run on the render or the audio thread.
"""

__version__ = "0.1.0"
