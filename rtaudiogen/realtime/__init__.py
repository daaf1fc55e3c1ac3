"""Real-time code: the only room whose code may run on the render or the audio thread.

`callback` is the compiled code on the device's thread and the memory that it shares, `hits` the
one-shot sounds that the callback starts itself, `render` the thread that fills the ring.
"""
