"""The only room whose code may run on the render or the audio thread.

`memory` is the block of memory they share, `callback` the compiled code on the device's thread,
`ring` and `stream` what lies between renderer and device, `hits` what the callback plays itself,
`tap` what recorder and scopes read, `clock` the translation from time to frames.
"""
