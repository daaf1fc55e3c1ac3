"""Controls of one parameter: knob, fader, choice, toggle."""
