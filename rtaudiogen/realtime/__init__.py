"""The only room whose code may run on the render or the audio thread.

`callback` is the compiled code on the device's thread and what it shares with the others, `hits`
the one-shot sounds that the callback starts itself, `render` the thread that fills the ring.
"""
