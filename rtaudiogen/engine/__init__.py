"""The engine inside its process: rack, transport, MIDI and recorder behind the façade's verbs."""

from ..compiling.notice import tell_of_compiling

tell_of_compiling()  # here, because what is imported next may compile
