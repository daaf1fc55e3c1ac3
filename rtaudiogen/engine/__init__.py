"""The engine inside its process: rack, transport, MIDI and recorder behind the façade's verbs."""
