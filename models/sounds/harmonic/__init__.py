"""The partials and the noise of recorded notes, as tables that a bank of oscillators plays."""
